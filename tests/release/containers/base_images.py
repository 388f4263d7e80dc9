"""The images that the stack takes from a registry elsewhere, made of this machine's Debian packages and Go.

They have the names that the Dockerfile and docker-compose.yaml ask for, and do what these rely on.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from lab.binaries.build import cache_folder
from lab.binaries.go import find_go

from .engine import ContainerEngine

IMAGES = Path(__file__).with_name("images")
DEBIAN = "cce-compose/debian:bookworm"
# folder of the image -> the name that it stands in for
STAND_INS = {
    "python": "python:3.11-slim-bookworm",
    "golang": "golang:1.26-bookworm",
    "postgres": "postgres:17-bookworm",
    "redis": "redis:7.2-bookworm",
}
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_PIP = Path("/etc/pip.conf")


def make_base_images(engine: ContainerEngine) -> None:
    """Make what is not there yet; the engine keeps every layer that it made before."""
    if not engine.has_image(DEBIAN):
        _make_debian(engine)
    for name, tag in STAND_INS.items():
        with tempfile.TemporaryDirectory(prefix="cce-compose-") as folder:
            context = Path(folder) / name
            shutil.copytree(IMAGES / name, context)
            _ADDED.get(name, lambda _: None)(context)
            print(f"making {tag}", flush=True)
            engine.docker("build", "--quiet", "--tag", tag, str(context), seconds=900)


def _make_debian(engine: ContainerEngine) -> None:
    with tempfile.TemporaryDirectory(prefix="cce-compose-") as folder:
        root, archive = Path(folder) / "root", Path(folder) / "root.tar"
        print("making Debian's base", flush=True)
        _run("debootstrap", "--variant=minbase", "--include=ca-certificates", "bookworm", str(root))
        # a machine behind a gateway that looks into TLS trusts that gateway: so must what is built on it
        shutil.copy(_CERTIFICATES, root / "etc/ssl/certs/ca-certificates.crt")
        shutil.rmtree(root / "var/cache/apt/archives", ignore_errors=True)
        _run("tar", "--create", f"--file={archive}", f"--directory={root}", ".")
        engine.docker("import", str(archive), DEBIAN)


def _add_pip_settings(context: Path) -> None:
    """Let pip in the image use the index that pip on this machine uses."""
    (context / "pip.conf").write_text(_PIP.read_text() if _PIP.exists() else "")


def _add_go(context: Path) -> None:
    go = find_go(cache_folder())
    root = subprocess.run([go, "env", "GOROOT"], capture_output=True, text=True, check=True).stdout.strip()
    shutil.copytree(root, context / "go", symlinks=True)


_ADDED = {"python": _add_pip_settings, "golang": _add_go}


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, f"{' '.join(command)}: {(done.stderr or done.stdout)[-3000:]}"
