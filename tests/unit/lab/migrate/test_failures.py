from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from lab import paths
from lab.migrate import failures
from lab.migrate.failures import print_failures
from lab.migrate.task_log import log_path

from .builders import instance


@pytest.fixture(autouse=True)
def logs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(failures, "log_path", lambda one: log_path(one, tmp_path / "logs"))
    return tmp_path / "logs"


def shown(instances: list[dict[str, Any]], *, has_report: bool = True) -> list[str]:
    console = Console(width=100, file=StringIO(), record=True)
    print_failures(console, instances, has_report=has_report)
    return [line.rstrip() for line in console.export_text().splitlines() if line.strip()]


def test_the_first_failure_comes_first_with_its_whole_error_and_its_log(logs: Path) -> None:
    first = instance("obs_sync.copy", "failed", end_date="2026-11-26T12:00:00Z", map_index=2, try_number=6)
    later = instance("cutover.switch", "failed", end_date="2026-11-26T12:01:00Z")
    path = log_path(first, logs)
    path.parent.mkdir(parents=True)
    error = {"exc_type": "PermanentError", "exc_value": "bucket pictures:\n  refused"}
    path.write_text(json.dumps({"event": "failed", "logger": "task", "error_detail": [error]}))
    lines = shown([later, first, instance("watcher", "failed"), instance("obs_sync.list", "success")])
    assert lines[:3] == [
        "obs_sync.copy [2] failed at try 6",
        "  PermanentError: bucket pictures:",
        "    refused",
    ]
    assert lines[3].startswith("  log: logs/dag_id=migrate_to_cce/")
    assert lines[4:6] == [
        "cutover.switch failed at try 1",
        "  it left no word: its process was killed, or never started",
    ]


def test_a_report_that_could_not_be_written_is_a_failure_of_its_own() -> None:
    failed = [instance("write_report", "failed"), instance("watcher", "failed")]
    assert shown(failed, has_report=True) == []
    assert shown(failed, has_report=False)[0] == "write_report failed at try 1"


def test_many_failures_are_counted() -> None:
    failed = [instance("obs_sync.copy", "failed", map_index=number) for number in range(8)]
    assert shown(failed)[-1] == "and 3 more tasks failed"
