"""Have the AWS CLI, in an environment of its own: what it pins is not what the product runs with."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from lab import paths

LOCK = Path(__file__).parent / "awscli.txt"


@cache
def awscli() -> Path:
    """Return the program, installed at the first call from hashes."""
    folder = paths.LAB / "awscli"
    mark, wanted = folder / "installed", LOCK.read_text(encoding="utf-8")
    if not mark.exists() or mark.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        uv = str(Path(sys.executable).parent / "uv")
        python = ["--python", str(folder / "bin" / "python")]
        _run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)])
        _run([uv, "pip", "install", "--quiet", *python, "--require-hashes", "--requirement", str(LOCK)])
        mark.write_text(wanted, encoding="utf-8")
    return folder / "bin" / "aws"


def _run(command: list[str]) -> None:
    paths.LAB.mkdir(exist_ok=True)
    subprocess.run(command, check=True)
