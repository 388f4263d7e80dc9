"""One migration of the lab's estate, looked at by every test in this folder.

The tests run inside `python -m lab exec`, so that the lab's names resolve; the lab is up already (`make test` sees to it).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import orders

ROOT = Path(__file__).resolve().parents[2]
LAB = ROOT / ".lab"
LEDGER = LAB / "ledger" / "lab"
RUN_SECONDS = 2400
# No other test can use a source that is retired.
LAST = "test_retirement.py"
# It needs a source that serves, and makes its target from nothing.
FIRST = "test_rehearsal.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    """Return 0 for the tests of other folders, which come before."""
    if item.path.parent != Path(__file__).parent:
        return 0
    return {FIRST: 1, LAST: 3}.get(item.path.name, 2)


@dataclass(frozen=True)
class Outcome:
    """What one `make migrate` left behind."""

    exit_code: int
    output: str
    folder: Path

    @property
    def report(self) -> dict[str, Any]:
        return read(self.folder / "report.json")

    def documents(self, name: str) -> dict[str, Any]:
        """Give every JSON document below a folder of the run's ledger, by its path."""
        folder = self.folder / name
        return {str(path.relative_to(self.folder)): read(path) for path in sorted(folder.rglob("*.json"))}


def read(path: Path) -> Any:
    return json.loads(path.read_text())


def migrate() -> Outcome:
    """Run the migration as `make migrate` does, in the lab that is up, and find its ledger."""
    before = set(LEDGER.glob("*/")) if LEDGER.exists() else set()
    done = subprocess.run(
        [sys.executable, "-m", "lab.migrate", "--definition", "migrations/lab.yaml"],
        cwd=ROOT,
        env={**os.environ, "LAB": "up"},
        text=True,
        capture_output=True,
        timeout=RUN_SECONDS,
        check=False,
    )
    output = done.stdout + done.stderr
    print(output)
    new = [path for path in LEDGER.glob("*/") if path not in before]
    assert len(new) == 1, f"expected one new run in the ledger, found {new}\n{output[-3000:]}"
    return Outcome(done.returncode, output, new[0])


@pytest.fixture(scope="session")
def migration() -> Outcome:
    """Return a migration whose target is made from nothing: what other tests ordered is removed first."""
    orders.remove_what_was_ordered()
    return migrate()


@pytest.fixture(scope="session")
def second_migration(migration: Outcome) -> Outcome:
    assert migration.exit_code == 0
    return migrate()
