"""Fixtures of the image tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.ledger import Ledger
from tests.builders.runs import ledger


@pytest.fixture
def folder_ledger(tmp_path: Path) -> Ledger:
    return ledger(tmp_path)
