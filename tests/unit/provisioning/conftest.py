"""A run with an empty ledger, and no waiting."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.provisioning import waiting
from include.run import MigrationRun
from tests.builders.resources import MemoryCloud
from tests.builders.runs import run as lab_run


@pytest.fixture(autouse=True)
def _do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "POLL_SECONDS", 0.0)


@pytest.fixture
def run(tmp_path: Path) -> MigrationRun:
    return lab_run(tmp_path)


@pytest.fixture
def cloud() -> MemoryCloud:
    return MemoryCloud()
