"""Let one process at a time move the traffic: the last that took charge.

Airflow's worker hears late that its task was ended by hand or is tried again elsewhere, so its process may act beside what undoes
the cutover, or beside the next try. Whoever takes charge leaves a trace first and then looks at what the one before has done; whoever
acts leaves the trace of the deed first and then looks whether it still is in charge: at least one of two sees the other.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.errors import PermanentError
from include.ledger.records import now

if TYPE_CHECKING:
    from include.run import MigrationRun

DOCUMENT = "cutover/in-charge"


@dataclass(frozen=True)
class Charge:
    """Be in charge until somebody else takes over."""

    run: MigrationRun
    token: str

    def check(self) -> None:
        """Look whether this still is in charge; call it between the trace of a deed and the deed.

        :raises PermanentError: when another try, or what undoes the cutover, has taken over.
        """
        seen = self.run.ledger.read(DOCUMENT)
        if seen["token"] != self.token:
            raise PermanentError(
                f"cutover of {self.run.definition.front_door.name}: {seen['who']} took over at {seen['at']}, so this try "
                "starts and switches nothing more; look there how the cutover goes on"
            )


def take_charge(run: MigrationRun, who: str) -> Charge:
    """Take over from whoever was in charge.

    :param who: what does, as the one before tells it in its error.
    """
    charge = Charge(run, uuid.uuid4().hex)
    run.ledger.write(DOCUMENT, {"token": charge.token, "who": who, "at": now()})
    return charge
