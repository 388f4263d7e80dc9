"""Remember in the ledger what has changed since the plan that was approved last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.planning.drift.model import Change

if TYPE_CHECKING:
    from include.ledger import Ledger

DOCUMENT = "drift"


def note_changes(ledger: Ledger, changes: list[Change]) -> None:
    """Write the changes down in place of those noted before."""
    ledger.write(DOCUMENT, {"changes": [change.model_dump(mode="json") for change in changes]})


def noted_changes(ledger: Ledger) -> list[Change]:
    """Return what was written down; nothing when the source never changed in this run."""
    rows = ledger.read(DOCUMENT)["changes"] if ledger.exists(DOCUMENT) else []
    return [Change.model_validate(row) for row in rows]
