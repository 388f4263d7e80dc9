"""List what a run's folder holds for people to take away: the evidence, the report, the logs of engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include.report.writing import PAGE

if TYPE_CHECKING:
    from upath import UPath

LOGS = "logs"


def list_files(folder: UPath | Path) -> list[dict[str, Any]]:
    """Return name, kind (`evidence`, `report` or `log`) and size in bytes of each file."""
    return [{"name": name, "kind": kind, "bytes": path.stat().st_size} for kind, name, path in _files(folder)]


def find_file(folder: UPath | Path, name: str) -> UPath | Path | None:
    """Return where a listed file lies, or None for any other name: no name leads out of the folder."""
    return next((path for _, listed, path in _files(folder) if listed == name), None)


def _files(folder: UPath | Path) -> Iterator[tuple[str, str, UPath | Path]]:
    if not folder.is_dir():
        return
    for path in sorted(folder.glob("evidence*.tar*"), key=str):
        yield "evidence", path.name, path
    for name in (PAGE, "report.json"):
        if (folder / name).is_file():
            yield "report", name, folder / name
    yield from _logs(folder / LOGS)


def _logs(top: UPath | Path) -> Iterator[tuple[str, str, UPath | Path]]:
    if not top.is_dir():
        return
    depth = len(top.parts) - 1
    for path in sorted(top.rglob("*"), key=str):
        if path.is_file() and not path.name.startswith("."):
            yield "log", "/".join(path.parts[depth:]), path
