"""Keep what of the source a person chose to delete: nothing, unless it was said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from include.ledger.records import now

if TYPE_CHECKING:
    from include.run import MigrationRun

DOCUMENT = "retirement/choice"


def note_choice(run: MigrationRun, delete: Sequence[str] | None) -> list[str]:
    """Note what is to be deleted, and return it.

    :param delete: what the person chose who began the retirement; None leaves it to the definition.
    """
    chosen = list(run.definition.retirement.delete if delete is None else delete)
    by = "the definition" if delete is None else "the form"
    run.ledger.write(DOCUMENT, {"delete": chosen, "by": by, "at": now()})
    return chosen


def chosen_for_deletion(run: MigrationRun) -> list[str]:
    """Return what of the source is to be deleted: as it was noted at the beginning, else as the definition says."""
    if run.ledger.exists(DOCUMENT):
        return [str(one) for one in run.ledger.read(DOCUMENT)["delete"]]
    return list(run.definition.retirement.delete)
