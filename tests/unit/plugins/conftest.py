"""Contexts as Airflow gives them to a task, over a ledger in a temporary folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk._shared.secrets_masker import secrets_masker

from include.ledger import Ledger
from include.ledger.secrets_guard import forget_secrets
from tests.conftest import ROOT

RUN_ID = "manual__2026-11-26T10:00:00+00:00"
PASSWORD = "not-for-anybodys-eyes-1"


class StateStore(dict):
    """Be a task's state store: it outlives a try."""

    def set(self, key: str, value: Any) -> None:
        self[key] = value


@pytest.fixture
def states() -> StateStore:
    return StateStore()


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, states: StateStore) -> Iterator[dict[str, Any]]:
    monkeypatch.setenv("CCE_MIGRATION_LEDGER_ROOT", f"file://{tmp_path / 'ledger'}")
    yield {
        "params": {"definition": "lab", "definition_file": None},
        "run_id": RUN_ID,
        "ti": SimpleNamespace(
            dag_id="migrate_to_cce",
            task_id="obs_sync.copy_buckets",
            map_index=-1,
            try_number=1,
            stats_tags={},
        ),
        "task_state_store": states,
    }
    forget_secrets()


@pytest.fixture
def book(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger", "lab", RUN_ID)


@pytest.fixture
def source_connection(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    connection = {"conn_type": "postgres", "host": "pg.source.lab", "login": "postgres", "password": PASSWORD}
    monkeypatch.setenv("AIRFLOW_CONN_SOURCE_POSTGRES", json.dumps(connection))
    yield
    secrets_masker._secrets_masker().reset_masker()


@pytest.fixture
def broken_definition(tmp_path: Path) -> Path:
    path = tmp_path / "broken.yaml"
    path.write_text(
        (ROOT / "migrations" / "lab.yaml").read_text().replace("schema: 1", "schema: 2\nnames: x")
    )
    return path
