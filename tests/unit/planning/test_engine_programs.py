from __future__ import annotations

from pathlib import Path

import pytest

from include.errors import PermanentError
from include.planning.preflight import engines
from include.planning.preflight.engines import dump_version, find_problems
from tests.builders.definitions import definition
from tests.builders.runs import run as lab_run


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """A worker with all programs, pg_dump of version 15, before a server of version 15."""
    versions = {"client": 15, "server": 15}
    monkeypatch.setattr(engines, "find_program", lambda name, package: f"/usr/bin/{name}")
    text = "pg_dump (PostgreSQL) {client}.4 (Debian 15.4-1)"
    monkeypatch.setattr(engines, "run_engine", lambda command: text.format(**versions))
    monkeypatch.setattr(engines, "server_version", lambda access: (versions["server"], 2))
    return versions


def test_a_worker_with_every_program_is_fine(worker: dict[str, int], tmp_path: Path) -> None:
    assert list(find_problems(lab_run(tmp_path))) == []


def test_a_pg_dump_older_than_the_source_is_told(worker: dict[str, int], tmp_path: Path) -> None:
    worker["server"] = 17
    (problem,) = find_problems(lab_run(tmp_path))
    assert "is PostgreSQL 17, and this worker's pg_dump is of version 15" in problem
    assert "install postgresql-client-17" in problem


def test_every_missing_program_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str, package: str) -> str:
        raise PermanentError(f"program {name} is not installed; install {package}")

    monkeypatch.setattr(engines, "find_program", missing)
    named = " ".join(find_problems(lab_run(tmp_path)))
    assert all(
        f"program {name} " in named for name in ("velero", "pg_dump", "pg_restore", "mariadb-dump", "mariadb")
    )


def test_programs_of_engines_that_nothing_uses_are_not_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(engines, "find_program", lambda name, package: asked.append(name) or name)

    def without_databases(document: dict) -> None:
        document["databases"] = []
        document["checks"] = []

    assert list(find_problems(lab_run(tmp_path, definition=definition(without_databases)))) == []
    assert asked == ["velero"]


def test_a_version_nobody_can_read_refuses_nothing_newer() -> None:
    assert dump_version("pg_dump of some kind") == 0
