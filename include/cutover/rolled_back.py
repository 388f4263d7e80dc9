"""Know whether a run's switch of the traffic was undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.cutover.switching import DOCUMENT as SWITCHED
from include.ledger.records import now

if TYPE_CHECKING:
    from include.run import MigrationRun

ROLLED_BACK = "cutover/rolled-back"


def is_rolled_back(run: MigrationRun) -> bool:
    """Say whether this run's last switch was undone; one that was cleared and made again counts anew."""
    if not run.ledger.exists(ROLLED_BACK):
        return False
    return str(run.ledger.read(ROLLED_BACK)["at"]) >= str(run.ledger.read(SWITCHED)["at"])


def has_switched(run: MigrationRun) -> bool:
    """Say whether this run has switched the traffic at any time."""
    return run.ledger.exists(SWITCHED)


def note_rolled_back(run: MigrationRun, lost: list[str]) -> None:
    """Note that the customers are on the source again, in which passage they got there, and what stays on the target."""
    run.ledger.write(ROLLED_BACK, {"at": now(), "passage": run.passage, "lost": lost})
