"""When the traffic last tried and last succeeded: the dates of two empty files."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Literal

from lab import paths

Moment = Literal["tried", "acknowledged"]


def note(moment: Moment) -> None:
    """Note that it happened now."""
    _mark(moment).touch()


def seconds_since(moment: Moment) -> float:
    """Return how long ago it last happened; without end if it never did."""
    mark = _mark(moment)
    return time.time() - mark.stat().st_mtime if mark.exists() else float("inf")


def _mark(moment: Moment) -> Path:
    return paths.data_of("traffic") / f".{moment}"
