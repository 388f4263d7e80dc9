"""Keep why tasks failed, until a retry of theirs succeeds: the report names it, and no log has to be searched."""

from __future__ import annotations

from typing import Any

from include.errors import SecretInLedgerError
from include.ledger.keys import safe_key
from include.ledger.ledger import Ledger
from include.ledger.records import now

FOLDER = "failures"
HIDDEN = "its text would have carried a secret; it stands masked in the log of the task"


def record_failure(ledger: Ledger, task: str, phase: str, error: BaseException) -> None:
    """Record why a task failed; `task` names it with its map index, if it has one."""
    document = {"task": task, "phase": phase, "at": now(), "error": str(error), "resolved": None}
    try:
        ledger.write(_name(task), document)
    except SecretInLedgerError:
        ledger.write(_name(task), {**document, "error": HIDDEN})


def resolve_failure(ledger: Ledger, task: str) -> None:
    """Note that a task which failed before has now succeeded."""
    if ledger.exists(_name(task)):
        ledger.write(_name(task), {**ledger.read(_name(task)), "resolved": now()})


def open_failures(ledger: Ledger) -> list[dict[str, Any]]:
    """Return the failures that no retry has resolved, oldest first."""
    rows = [ledger.read(name) for name in ledger.list(FOLDER)]
    return sorted((row for row in rows if row["resolved"] is None), key=lambda row: str(row["at"]))


def _name(task: str) -> str:
    return f"{FOLDER}/{safe_key(task)}"
