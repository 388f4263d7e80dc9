"""Move what changed since the warm copies, now that the writers stand still, and prove it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.cutover.quiescing import is_quiesced
from include.cutover.steps import timed_step
from include.databases import arm_way_back, copy_database_delta, prove_databases
from include.engines import run_side_by_side
from include.errors import PermanentError
from include.objects import copy_bucket_delta, prove_buckets
from include.planning.model import load_plan
from include.volumes import copy_volumes, prove_volumes

if TYPE_CHECKING:
    from include.run import MigrationRun

THREADS = 4


def move_last_changes(run: MigrationRun) -> None:
    """Move the last changes of databases, buckets and volumes side by side, and prove them.

    :raises PermanentError: when this run has not stopped the source's writers.
    :raises ProofError: when something did not arrive equal.
    """
    _refuse_writers(run)
    parts = (move_last_changes_of_databases, move_last_changes_of_buckets, move_last_changes_of_volumes)
    run_side_by_side(lambda part: part(run), parts, len(parts), name="last-changes")


def move_last_changes_of_databases(run: MigrationRun) -> int:
    """Copy the changed tables of every database and prove all of them; return how many databases there are.

    Those that were equal already are proved by that comparison, and not read once more.
    Those that are followed get the rest of their changes; from then on their targets keep theirs, for the way back.
    """
    keys = [row.key for row in load_plan(run.ledger).items("rds_dump_restore", "database")]

    def move(key: str) -> bool:
        with timed_step(run, "copy the last changes of the databases", key):
            return bool(copy_database_delta(run, key)["proved"])

    results = run_side_by_side(move, keys, THREADS, name="databases")
    proved = [key for key, is_proved in zip(keys, results, strict=True) if is_proved]
    with timed_step(run, "prove the databases"):
        count = prove_databases(run, proved)
    # Both sides are equal and nobody writes yet: whatever differs later was written on the target.
    with timed_step(run, "have the targets keep their changes for a rollback"):
        arm_way_back(run)
    return count


def move_last_changes_of_buckets(run: MigrationRun) -> int:
    """Copy the changed objects of every bucket and prove all of them; return how many buckets there are."""
    keys = [row.key for row in load_plan(run.ledger).items("obs_sync", "bucket")]

    def move(key: str) -> None:
        with timed_step(run, "copy the last changes of the buckets", key):
            copy_bucket_delta(run, key)

    run_side_by_side(move, keys, THREADS, name="buckets")
    with timed_step(run, "prove the buckets"):
        return prove_buckets(run)


def move_last_changes_of_volumes(run: MigrationRun) -> int:
    """Copy the changed files of every volume and prove all of them by their trees; return how many volumes there are."""
    copy_volumes(run)
    with timed_step(run, "prove the volumes"):
        return prove_volumes(run)


def _refuse_writers(run: MigrationRun) -> None:
    if not is_quiesced(run, "source"):
        raise PermanentError(
            "source cluster: its writers were not stopped in this run, so a last copy would not be the last; "
            "run the cutover from its quiesce"
        )
