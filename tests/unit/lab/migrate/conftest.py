from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab.migrate.ledger_view import LedgerView

RUN_ID = "migrate_2026-11-26T20-45-12"


@pytest.fixture(autouse=True)
def lab_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A login of its own for each test."""
    monkeypatch.setattr("lab.secrets.LAB", tmp_path)
    monkeypatch.setattr("lab.secrets.SECRETS_FILE", tmp_path / "secrets.json")


@pytest.fixture
def ledger_root(tmp_path: Path) -> Path:
    return tmp_path / "ledger"


@pytest.fixture
def ledger(ledger_root: Path) -> LedgerView:
    return LedgerView(RUN_ID, ledger_root)


@pytest.fixture
def write(ledger_root: Path) -> Callable[[str, Any], None]:
    """Write a document of the run, as the migration does."""

    def write_document(name: str, document: Any) -> None:
        path = ledger_root / "lab" / RUN_ID / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document))

    return write_document
