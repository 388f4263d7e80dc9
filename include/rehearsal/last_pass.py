"""Measure what the cutover will cost: its last pass and its start of the target, without stopping the source."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from include.cutover import front_door_addresses, release_workloads
from include.cutover.steps import recorded_steps, timed_step
from include.databases import copy_database_once_more, prove_databases
from include.engines import run_side_by_side
from include.objects import copy_bucket_once_more, prove_buckets
from include.planning.model import load_plan
from include.verification import run_checks, verify_workloads
from include.volumes import (
    copy_volumes,
    end_standing_by,
    prove_volumes,
    rehearse_last_changes,
    stand_by,
)

if TYPE_CHECKING:
    from include.run import MigrationRun

Kind = Literal["databases", "buckets", "volumes"]
THREADS = 4


def rehearse_last_pass(run: MigrationRun, kind: Kind) -> int:
    """Copy what changed since the copy and prove it, timed as the cutover's last pass; return how many items there are.

    The source's writers go on. So a proof compares with what was copied, as that of every warm copy does.

    :raises ProofError: when something differs.
    """
    return PASSES[kind](run)


def rehearse_start(run: MigrationRun) -> int:
    """Start the target as the cutover does and check it, timed; return how many workloads run.

    :raises ProofError: when one of them does not run, or a check fails.
    """
    release_workloads(run)
    with timed_step(run, START):
        running = verify_workloads(run)
    with timed_step(run, CHECK):
        run_checks(run, front_door_addresses(run, with_source=False))
    return running


def predicted_downtime(run: MigrationRun) -> float:
    """Return the seconds from the stop of the source to the answer of the target, as far as a rehearsal can measure it.

    The passes run side by side, so the longest counts; then the target starts and is checked. What it takes the source's
    pods to end, and clients to notice the switch, is not in it.
    """
    seconds = {step["name"]: float(step["seconds"]) for step in recorded_steps(run.ledger)}
    passes = [sum(seconds.get(name, 0.0) for name in names) for names in PASS_STEPS.values()]
    return round(max(passes, default=0.0) + sum(seconds.get(name, 0.0) for name in START_STEPS), 3)


def _databases(run: MigrationRun) -> int:
    keys = [row.key for row in load_plan(run.ledger).items("rds_dump_restore", "database")]
    _side_by_side(run, PASS_STEPS["databases"][0], keys, copy_database_once_more)
    with timed_step(run, PASS_STEPS["databases"][1]):
        return prove_databases(run)


def _buckets(run: MigrationRun) -> int:
    keys = [row.key for row in load_plan(run.ledger).items("obs_sync", "bucket")]
    _side_by_side(run, PASS_STEPS["buckets"][0], keys, copy_bucket_once_more)
    with timed_step(run, PASS_STEPS["buckets"][1]):
        return prove_buckets(run)


def _volumes(run: MigrationRun) -> int:
    stand_by(run)
    with timed_step(run, PASS_STEPS["volumes"][0]):
        rehearse_last_changes(run)
    end_standing_by(run)
    copy_volumes(run)
    return prove_volumes(run)


def _side_by_side(
    run: MigrationRun, step: str, keys: list[str], copy: Callable[[MigrationRun, str], object]
) -> None:
    def move(key: str) -> None:
        with timed_step(run, step, key):
            copy(run, key)

    run_side_by_side(move, keys, THREADS, name="last-pass")


PASSES: dict[Kind, Callable[[MigrationRun], int]] = {
    "databases": _databases,
    "buckets": _buckets,
    "volumes": _volumes,
}
# The names that the cutover gives to the same steps.
PASS_STEPS: dict[Kind, tuple[str, ...]] = {
    "databases": ("copy the last changes of the databases", "prove the databases"),
    "buckets": ("copy the last changes of the buckets", "prove the buckets"),
    "volumes": ("copy the last changes of the volumes",),
}
RELEASE, START, CHECK = "release the target", "start the target", "check the target"
START_STEPS = (RELEASE, START, CHECK)
