"""Read the logs of tasks from the disk: the last line of each, its warnings, the error it ended with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lab.airflow import places
from lab.migrate.task_states import Instance

# what the migration itself says; the rest is Airflow's own bookkeeping
_OURS = ("include", "cce_migration", "migration_phases", "unusual_prefix")
_LAST_LINES = 15


class TaskLog:
    """Follow the log of one try of one task."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.last_line = ""
        self._offset = 0
        self._rest = b""

    def read_on(self) -> list[str]:
        """Read what was written since the last call; return the warnings in it."""
        warnings = []
        for entry in self._new_entries():
            if not _is_ours(entry):
                continue
            self.last_line = _first_line(entry)
            if entry.get("level") == "warning":
                warnings.append(self.last_line)
        return warnings

    def _new_entries(self) -> Iterator[dict[str, Any]]:
        try:
            with self.path.open("rb") as file:
                file.seek(self._offset)
                new = file.read()
        except OSError:
            return
        self._offset += len(new)
        *lines, self._rest = (self._rest + new).split(b"\n")
        yield from (entry for line in lines if (entry := _parsed(line)))


def log_path(instance: Instance, logs: Path = places.LOGS) -> Path:
    """Return the file of a task's latest try."""
    folder = logs / f"dag_id={instance['dag_id']}" / f"run_id={instance['dag_run_id']}"
    folder /= f"task_id={instance['task_id']}"
    if instance["map_index"] >= 0:
        folder /= f"map_index={instance['map_index']}"
    return folder / f"attempt={instance['try_number']}.log"


def last_words(path: Path) -> list[str]:
    """Return the last lines of a log that say something, and the error that it ends with in full."""
    entries = _entries(path)
    lines = [_first_line(entry) for entry in entries if _is_ours(entry)][-_LAST_LINES:]
    return [*lines, *_last_error(entries).splitlines()]


def last_error(path: Path) -> str:
    """Return the first line of the error that a log ends with."""
    return next(iter(_last_error(_entries(path)).splitlines()), "")


def _last_error(entries: list[dict[str, Any]]) -> str:
    return next((text for entry in reversed(entries) if (text := error_text(entry))), "")


def _entries(path: Path) -> list[dict[str, Any]]:
    try:
        return [entry for line in path.read_bytes().split(b"\n") if (entry := _parsed(line))]
    except OSError:
        return []


def error_text(entry: dict[str, Any]) -> str:
    """Return the exception of a log entry with its whole text, or nothing."""
    details = entry.get("error_detail") or []
    if not details:
        return ""
    # the first is the one that ended the task; those after it are its causes
    kind, text = details[0].get("exc_type", ""), details[0].get("exc_value", "")
    return f"{kind}: {text}" if text else str(kind)


def _is_ours(entry: dict[str, Any]) -> bool:
    logger = str(entry.get("logger", ""))
    return any(name in logger.split(".") for name in _OURS) and not _first_line(entry).startswith("::")


def _first_line(entry: dict[str, Any]) -> str:
    return str(entry.get("event", "")).strip().split("\n")[0]


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None
