"""Make the target the one that is written to: from here on no run copies over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.cutover.steps import timed_step
from include.databases import hand_over_databases, take_back_databases
from include.objects import hand_over_buckets, take_back_buckets

if TYPE_CHECKING:
    from include.run import MigrationRun


def hand_over(run: MigrationRun) -> int:
    """Mark all target databases and buckets as in use, right before the switch; return how many there are.

    :raises PermanentError: when one of them was not copied while its writers stood still.
    """
    with timed_step(run, "hand over to the target"):
        return hand_over_databases(run) + hand_over_buckets(run)


def take_back(run: MigrationRun) -> int:
    """Undo the hand-over, once the traffic is back on the source; return how many databases and buckets there are."""
    return take_back_databases(run) + take_back_buckets(run)
