from __future__ import annotations

import json
from pathlib import Path

import pytest

from lab.airflow import part, places
from lab.airflow.part import Airflow
from lab.secrets import secrets


@pytest.fixture
def restarted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    monkeypatch.setattr(part, "make_tables", lambda: None)
    monkeypatch.setattr(part, "stuck_programs", lambda: ["airflow-scheduler"])
    monkeypatch.setattr(part.supervisor, "restart", names.extend)
    monkeypatch.setattr(part.supervisor, "states", lambda: {"airflow-scheduler": "RUNNING"})
    monkeypatch.setattr(places, "keep_port", lambda *, is_ours: 8080)
    return names


def test_the_login_is_written_for_its_owner_only(restarted: list[str], lab_folder: Path) -> None:
    Airflow().prepare()
    file = places.passwords_file()
    assert json.loads(file.read_text()) == {"admin": secrets()["airflow_password"]}
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_program_that_works_no_more_is_restarted(restarted: list[str]) -> None:
    Airflow().prepare()
    assert restarted == ["airflow-scheduler"]


def test_the_four_programs_carry_no_secret_in_command_or_environment() -> None:
    programs = Airflow().programs()
    assert [program.name for program in programs] == [
        "airflow-scheduler",
        "airflow-dag-processor",
        "airflow-api-server",
        "airflow-triggerer",
    ]
    text = json.dumps([[program.command, program.environment] for program in programs])
    assert [name for name, value in secrets().items() if value in text] == []
