"""Keep why tasks failed, until a retry of theirs succeeds: the report names it, and no log has to be searched."""

from __future__ import annotations

from typing import Any

from include.errors import SecretInLedgerError
from include.ledger.keys import safe_key
from include.ledger.ledger import Ledger
from include.ledger.records import now

FOLDER = "failures"
# The passage that a migration run makes by itself.
OWN = "cutover"
HIDDEN = "its text would have carried a secret; it stands masked in the log of the task"


def record_failure(ledger: Ledger, task: str, phase: str, error: BaseException, passage: str = OWN) -> None:
    """Record why a task failed; `task` names it with its map index, if it has one.

    :param passage: of another DAG that works on the run, whose failures say nothing of the migration itself.
    """
    document = {"task": task, "phase": phase, "at": now(), "error": str(error), "resolved": None}
    try:
        ledger.write(_name(task, passage), document)
    except SecretInLedgerError:
        ledger.write(_name(task, passage), {**document, "error": HIDDEN})


def resolve_failure(ledger: Ledger, task: str, passage: str = OWN) -> None:
    """Note that a task which failed before has now succeeded."""
    name = _name(task, passage)
    if ledger.exists(name):
        ledger.write(name, {**ledger.read(name), "resolved": now()})


def open_failures(ledger: Ledger) -> list[dict[str, Any]]:
    """Return the failures that no retry has resolved, oldest first."""
    rows = [ledger.read(name) for name in ledger.list(FOLDER)]
    return sorted((row for row in rows if row["resolved"] is None), key=lambda row: str(row["at"]))


def _name(task: str, passage: str) -> str:
    folder = FOLDER if passage == OWN else f"{passage}/{FOLDER}"
    return f"{folder}/{safe_key(task)}"
