from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lab.migrate.task_log import TaskLog, last_error, last_words, log_path

from .builders import instance


def entry(event: str, logger: str = "include.images.copying", level: str = "info", **more: Any) -> str:
    return json.dumps({"level": level, "event": event, "logger": logger} | more) + "\n"


def failure(*errors: tuple[str, str]) -> str:
    details = [{"exc_type": kind, "exc_value": text} for kind, text in errors]
    return entry("Task failed with exception", "task", "error", error_detail=details)


def test_the_path_follows_airflow_s_folders(tmp_path: Path) -> None:
    plain = log_path(instance("obs_sync.copy", try_number=3), tmp_path)
    mapped = log_path(instance("obs_sync.copy", map_index=4), tmp_path)
    assert plain.relative_to(tmp_path).parts[2:] == ("task_id=obs_sync.copy", "attempt=3.log")
    assert mapped.relative_to(tmp_path).parts[3:] == ("map_index=4", "attempt=1.log")


def test_only_what_the_migration_says_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "attempt=1.log"
    path.write_text(
        entry("3 of 8 images, 60 of 220 MB")
        + entry("::group::Post Execute", "task")
        + entry("Done. Returned value was: None", "airflow.task.operators.airflow.providers.standard.python")
    )
    log = TaskLog(path)
    log.read_on()
    assert log.last_line == "3 of 8 images, 60 of 220 MB"


def test_an_operator_of_the_migration_is_heard_under_airflow_s_name_for_it(tmp_path: Path) -> None:
    path = tmp_path / "attempt=1.log"
    path.write_text(entry("backup bk-1 is Completed", "airflow.task.operators.cce_migration.velero"))
    log = TaskLog(path)
    log.read_on()
    assert log.last_line == "backup bk-1 is Completed"


def test_each_warning_is_given_once_and_a_half_line_waits_for_its_rest(tmp_path: Path) -> None:
    path = tmp_path / "attempt=1.log"
    log = TaskLog(path)
    assert log.read_on() == []
    whole, half = entry("first", level="warning"), entry("second", level="warning")
    path.write_text(whole + half[:20])
    assert log.read_on() == ["first"]
    with path.open("a") as file:
        file.write(half[20:])
    assert log.read_on() == ["second"]
    assert log.read_on() == []


def test_last_words_end_with_the_whole_error(tmp_path: Path) -> None:
    path = tmp_path / "attempt=1.log"
    error = "mine.yaml has problems:\n  source.cluster: field required\n  target.region: not one of eu-de"
    lines = "".join(entry(f"line {number}") for number in range(40))
    path.write_text(lines + failure(("DefinitionError", error), ("KeyError", "'cluster'")))
    words = last_words(path)
    assert words[0] == "line 25"
    assert words[-3:] == f"DefinitionError: {error}".splitlines()
    assert last_error(path) == "DefinitionError: mine.yaml has problems:"


def test_a_log_that_is_not_there_has_no_words(tmp_path: Path) -> None:
    assert last_words(tmp_path / "attempt=1.log") == []
    assert not last_error(tmp_path / "attempt=1.log")
