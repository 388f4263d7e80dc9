from __future__ import annotations

from pathlib import Path

import pytest

from lab import paths
from lab.airflow import places


@pytest.fixture(autouse=True)
def lab_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A lab of its own for each test: nothing reads or writes the real one."""
    monkeypatch.setattr(paths, "RUN", tmp_path / "run")
    monkeypatch.setattr(paths, "CONNECTIONS_ENV", tmp_path / "connections.env")
    monkeypatch.setattr("lab.secrets.LAB", tmp_path)
    monkeypatch.setattr("lab.secrets.SECRETS_FILE", tmp_path / "secrets.json")
    monkeypatch.setattr(places, "DAGS", tmp_path / "dags")
    (tmp_path / "dags").mkdir()
    (tmp_path / "run" / "airflow").mkdir(parents=True)
    return tmp_path
