from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from lab.airflow import health
from lab.airflow.rest import RestClient

HEALTHY: dict[str, Any] = {
    "metadatabase": {"status": "healthy"},
    "scheduler": {"status": "healthy", "latest_scheduler_heartbeat": "2026-11-26T20:45:50Z"},
    "triggerer": {"status": "healthy", "latest_triggerer_heartbeat": "2026-11-26T20:45:52Z"},
    "dag_processor": {"status": "healthy", "latest_dag_processor_heartbeat": "2026-11-26T20:45:51Z"},
}


def answering(**paths: Any) -> RestClient:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/auth/token":
            return httpx.Response(201, json={"access_token": "t"})
        name = request.url.path.rpartition("/")[2]
        return httpx.Response(200, json=paths[name])

    return RestClient(transport=httpx.MockTransport(answer))


def reporting(monkeypatch: pytest.MonkeyPatch, report: dict[str, Any]) -> None:
    monkeypatch.setattr(health, "RestClient", lambda: answering(health=report))


def test_airflow_is_healthy_when_every_program_says_so() -> None:
    assert health.is_healthy(HEALTHY)


@pytest.mark.parametrize("name", ["metadatabase", "scheduler", "triggerer", "dag_processor"])
def test_airflow_is_not_healthy_when_one_program_is_not(name: str) -> None:
    assert not health.is_healthy(HEALTHY | {name: {"status": "unhealthy"}})
    assert not health.is_healthy(HEALTHY | {name: {"status": None}})


def test_a_scheduler_that_stopped_scheduling_is_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = HEALTHY["scheduler"] | {"status": "unhealthy"}
    reporting(monkeypatch, HEALTHY | {"scheduler": stopped})
    assert health.stuck_programs() == ["airflow-scheduler"]


def test_a_program_that_never_worked_is_starting_and_not_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    starting = {"status": None, "latest_triggerer_heartbeat": None}
    reporting(monkeypatch, HEALTHY | {"triggerer": starting})
    assert health.stuck_programs() == []


def test_nothing_is_stuck_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    reporting(monkeypatch, {"metadatabase": {"status": "unhealthy"}})
    assert health.stuck_programs() == []


def test_a_dag_file_is_unread_until_its_dag_or_its_error_is_there(lab_folder: Path) -> None:
    for name in ("migrate.py", "assess.py", "broken.py"):
        (lab_folder / "dags" / name).write_text("@dag(schedule=None)\ndef it(): ...\n")
    (lab_folder / "dags" / "shared.py").write_text('"""Shared by the DAGs."""\n')
    client = answering(
        dags={"dags": [{"fileloc": "/x/dags/migrate.py"}], "total_entries": 1},
        importErrors={"import_errors": [{"filename": "broken.py"}], "total_entries": 1},
    )
    assert health.unread_files(client) == ["assess.py"]


def test_an_empty_dag_folder_has_nothing_to_be_read(lab_folder: Path) -> None:
    assert health.unread_files(answering()) == []
