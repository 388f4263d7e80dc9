"""Put together what a mover runs; the scripts travel in the Job's arguments and hold no secret."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

FOLDER = Path(__file__).resolve().parent / "mover"
PARTS = ("tree", "restic")
Script = Literal["prepare", "backup", "restore", "hash", "seed", "resolve", "connect", "hold"]
STANDBY = "standby"


@cache
def script_text(name: Script) -> str:
    """Return the whole text of one script, its functions first, for a POSIX shell such as busybox's."""
    texts = [(FOLDER / f"{part}.sh").read_text(encoding="utf-8") for part in (*PARTS, name)]
    return "\n".join(["set -eu", *texts])


@cache
def standby_text() -> str:
    """Return the script that carries out another one, its first argument, as often as it is told to."""
    return "set -eu\n" + (FOLDER / f"{STANDBY}.sh").read_text(encoding="utf-8")
