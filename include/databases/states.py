"""Keep on the target server how far its copy is, so that no later run overwrites a database that is in use.

The ledger cannot tell: a second run has a ledger of its own, while the target may have taken over the traffic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from include.planning.server_notes import NOTES

TABLE = "copies"
PLACE = f"{NOTES}.{TABLE}"
COLUMNS = ("name", "migration", "run_id", "stage", "digest", "moment")
Stage = Literal["copying", "copied", "handed over"]


@dataclass(frozen=True)
class CopyState:
    """Say what the last copy into a target database was.

    :param digest: the source's fingerprint that was copied; empty while copying.
    :param moment: when this was written, UTC.
    """

    name: str
    migration: str
    run_id: str
    stage: Stage
    digest: str
    moment: str

    @property
    def is_handed_over(self) -> bool:
        """Say whether the target has taken over: nothing may be copied into it any more."""
        return self.stage == "handed over"

    def values(self) -> tuple[str, ...]:
        """Return the values in the order of `COLUMNS`."""
        return (self.name, self.migration, self.run_id, self.stage, self.digest, self.moment)


def state_of(row: tuple[str, ...] | None) -> CopyState | None:
    """Return the state a row of the table holds."""
    if row is None:
        return None
    name, migration, run_id, stage, digest, moment = row
    known: dict[str, Stage] = {"copied": "copied", "handed over": "handed over"}
    return CopyState(name, migration, run_id, known.get(stage, "copying"), digest, moment)
