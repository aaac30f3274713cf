"""Installs Chromium and a Chinese font for the browser tests where that is possible; says what to type where it is not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PACKAGES = ("chromium", "fonts-noto-cjk")
LINE = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(PACKAGES)}"


def main() -> int:
    """0 when the browser is there or its absence is only a skip; 1 when CI needs it and it cannot be had."""
    if shutil.which("chromium"):
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("正在安装浏览器测试所需的 chromium 和中文字体 …", flush=True)
        done = subprocess.run(
            ["sh", "-c", LINE], env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, capture_output=True
        )
        if done.returncode == 0 and shutil.which("chromium"):
            return 0
        print(done.stderr.decode(errors="replace")[-2000:], file=sys.stderr)
    print(f"没有 chromium，浏览器测试将跳过。要运行它们，请以 root 执行：\n  {LINE}")
    return 1 if os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
