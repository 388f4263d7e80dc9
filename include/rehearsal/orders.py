"""Refuse to order in a rehearsal what would stay, unless the definition allows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.errors import PreflightError
from include.planning.instance_rows import INSTANCE
from include.planning.model import load_plan
from include.provisioning.providing import MAKE

if TYPE_CHECKING:
    from include.run import MigrationRun


def refuse_lasting_orders(run: MigrationRun) -> None:
    """Look at what the plan wants made in the target cloud; instances of RDS are thrown away, all else would stay.

    :raises PreflightError: with everything that would, where `rehearsal.make_target` is off.
    """
    if run.definition.rehearsal.make_target:
        return
    lasting = [
        row
        for row in load_plan(run.ledger).items("resource_planning")
        if row.details.get("provide") == MAKE and row.details.get("resource") != INSTANCE
    ]
    if lasting:
        raise PreflightError(
            f"{row.target}: is not there, and a rehearsal makes nothing that stays and costs; make it, or allow it by "
            "rehearsal.make_target: true"
            for row in lasting
        )
