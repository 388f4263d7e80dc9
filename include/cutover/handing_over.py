"""Make the target the one that is written to: from here on no run copies over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.cutover.steps import timed_step
from include.databases import hand_over_databases, take_back_databases
from include.engines import run_side_by_side
from include.ledger.records import now
from include.objects import hand_over_buckets, take_back_buckets
from include.rehearsal.guards import refuse_in_rehearsal
from include.turning_back import forget_back

if TYPE_CHECKING:
    from include.cutover.charge import Charge
    from include.run import MigrationRun

DOCUMENT = "cutover/handed-over"
# What buckets and volumes note of their way back; databases are armed anew.
WAYS_BACK = ("buckets-back", "volumes-back")


def hand_over(run: MigrationRun, charge: Charge) -> int:
    """Mark all target databases and buckets as in use, right before the switch; return how many there are.

    :raises PermanentError: when one of them was not copied while its writers stood still, or somebody else is in charge.
    """
    refuse_in_rehearsal(run, "databases and buckets: handing over to the target")
    # Before the first mark, so that a killed hand-over leaves a trace.
    run.ledger.write(DOCUMENT, {"at": now(), "undone": None})
    charge.check()
    _forget_former_way_back(run)
    acts = (hand_over_databases, hand_over_buckets)
    with timed_step(run, "hand over to the target"):
        return sum(run_side_by_side(lambda act: act(run), acts, len(acts), name="hand-over"))


def _forget_former_way_back(run: MigrationRun) -> None:
    """A cutover that was undone and is made again in the same run has another way back."""
    for folder in WAYS_BACK:
        for name in run.ledger.list(folder):
            run.ledger.remove(name)
    forget_back(run)


def was_handed_over(run: MigrationRun) -> bool:
    """Say whether this run has begun to hand over, and not taken back again."""
    return run.ledger.exists(DOCUMENT) and run.ledger.read(DOCUMENT)["undone"] is None


def take_back(run: MigrationRun) -> int:
    """Undo this run's hand-over while the traffic is on the source; return how many databases and buckets there are.

    Without that the next run would leave the targets alone as in use, and find that the source was written to.
    """
    if not was_handed_over(run):
        return 0
    taken = take_back_databases(run) + take_back_buckets(run)
    run.ledger.write(DOCUMENT, {**run.ledger.read(DOCUMENT), "undone": now()})
    return taken
