// Copies the browser files the pages need out of node_modules into api/web/static/vendor, with their licences beside them.
// Run by scripts/assets.py after `npm ci`; needs nothing but Node itself.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const target = join(root, "api/web/static/vendor");
const staging = `${target}.new`;

// package → the files of it that pages load, each with its name below vendor/
const wanted = {
  "htmx.org": { "dist/htmx.min.js": "htmx.min.js" },
  "swagger-ui-dist": {
    "swagger-ui-bundle.js": "swagger-ui/swagger-ui-bundle.js",
    "swagger-ui-standalone-preset.js": "swagger-ui/swagger-ui-standalone-preset.js",
    "swagger-ui.css": "swagger-ui/swagger-ui.css",
  },
};

function licenceOf(name) {
  const folder = join(modules, name);
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const texts = ["LICENSE", "NOTICE"].map((file) => join(folder, file)).filter(existsSync);
  if (texts.length === 0) throw new Error(`${name} carries no licence text`);
  const head = `${name} ${about.version} (${about.license})`;
  return [head, "=".repeat(head.length), ...texts.map((file) => readFileSync(file, "utf8").trim())].join("\n\n");
}

rmSync(staging, { recursive: true, force: true });
for (const [name, files] of Object.entries(wanted)) {
  for (const [from, to] of Object.entries(files)) {
    mkdirSync(dirname(join(staging, to)), { recursive: true });
    cpSync(join(modules, name, from), join(staging, to));
  }
}
writeFileSync(join(staging, "LICENCES.txt"), Object.keys(wanted).map(licenceOf).join("\n\n\n") + "\n");
// the stamp is what scripts/assets.py compares: same lock, same list of files, nothing to do
const stamp = createHash("sha256");
for (const file of ["package-lock.json", "scripts/assets.mjs"]) stamp.update(readFileSync(join(root, file)));
writeFileSync(join(staging, "STAMP"), stamp.digest("hex"));
rmSync(target, { recursive: true, force: true });
renameSync(staging, target);
console.log(`browser files of ${Object.keys(wanted).join(", ")} copied into api/web/static/vendor`);
