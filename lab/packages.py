"""The Debian packages that the lab's parts run on, and their installation without starting any of their services."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_SEARCH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_POLICY = Path("/usr/sbin/policy-rc.d")


@dataclass(frozen=True)
class Package:
    """A Debian package and a file that is there when it is: a command's name, or a path (may have a `*`)."""

    name: str
    proof: str


PACKAGES = (
    Package("containerd", "containerd"),
    Package("runc", "runc"),
    Package("containernetworking-plugins", "/usr/lib/cni/bridge"),
    Package("conntrack", "conntrack"),
    Package("iptables", "iptables"),
    Package("iproute2", "ip"),
    Package("util-linux", "nsenter"),
    Package("skopeo", "skopeo"),
    Package("docker-registry", "docker-registry"),
    Package("apache2-utils", "htpasswd"),
    Package("postgresql", "/usr/lib/postgresql/*/bin/postgres"),
    Package("mariadb-server", "mariadbd"),
    Package("bind9", "named"),
    Package("nginx", "nginx"),
    Package("busybox-static", "busybox"),
)


# Only the tests look at pages, and give files attributes and access lists.
FOR_TESTS = (
    Package("chromium", "/usr/lib/chromium/chromium"),
    Package("attr", "setfattr"),
    Package("acl", "setfacl"),
)

# Only the test of docker-compose.yaml runs containers through an engine.
FOR_CONTAINERS = (
    Package("docker.io", "dockerd"),
    Package("debootstrap", "debootstrap"),
    Package("debian-archive-keyring", "/usr/share/keyrings/debian-archive-keyring.gpg"),
)


def missing_packages(packages: Iterable[Package] = PACKAGES) -> list[str]:
    """Return the names of the packages whose files are not there."""
    return [package.name for package in packages if not _is_there(package.proof)]


def _is_there(proof: str) -> bool:
    if proof.startswith("/"):
        return any(Path("/").glob(proof.lstrip("/")))
    return shutil.which(proof, path=f"{os.environ.get('PATH', '')}:{_SEARCH}") is not None


def install_command(packages: list[str]) -> str:
    """Return the command that installs packages, for people to run."""
    return f"apt-get install --no-install-recommends {' '.join(packages)}"


def install_packages(*, for_tests: bool = False, for_containers: bool = False) -> None:
    """Install what is missing, without starting the services that the packages bring.

    :param for_tests: also what only the tests need.
    :param for_containers: also a container engine, for the test of docker-compose.yaml.

    Raises:
        SystemExit: this is not root, there is no apt-get, or it failed; the text says what to do.
    """
    wanted = (*PACKAGES, *(FOR_TESTS if for_tests else ()), *(FOR_CONTAINERS if for_containers else ()))
    missing = missing_packages(wanted)
    if not missing:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SystemExit(
            f"The lab needs {len(missing)} packages; as root on Debian: {install_command(missing)}"
        )
    print(f"installing {', '.join(missing)}", flush=True)
    environment = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    made = _forbid_starting()
    try:
        install = ["apt-get", "install", "--yes", "-qq", "--no-install-recommends", *missing]
        for command in (install, ["apt-get", "update", "-qq"], install):
            done = subprocess.run(command, env=environment, capture_output=True, text=True)
            if done.returncode == 0 and command is install:
                return
        raise SystemExit(f"`{install_command(missing)}` failed: {done.stderr.strip()[-800:]}")
    finally:
        if made:
            _POLICY.unlink(missing_ok=True)


def _forbid_starting() -> bool:
    """Tell Debian's packages that no service may be started; return whether the file had to be made."""
    if _POLICY.exists():
        return False
    _POLICY.write_text("#!/bin/sh\nexit 101\n")
    _POLICY.chmod(0o755)
    return True
