"""The small base layer: a static busybox, its commands as links, and the few files a Linux container expects."""

from __future__ import annotations

import subprocess

BUSYBOX_FOLDERS = {
    "bin": 0o755,
    "etc": 0o755,
    "home": 0o755,
    "root": 0o700,
    "tmp": 0o1777,
    "usr/bin": 0o755,
    "var": 0o755,
}


def busybox_links(binary: str) -> dict[str, str]:
    """Return a link for each command that this busybox has: path in the image -> target."""
    listed = subprocess.run([binary, "--list"], capture_output=True, text=True, check=True).stdout.split()
    return {f"bin/{command}": "busybox" for command in listed if command != "busybox"}
