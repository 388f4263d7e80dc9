"""Bring back what the target took, while nobody writes on either side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.cutover.quiescing import is_quiesced
from include.cutover.steps import timed_step
from include.databases import bring_back_databases, find_written_databases, renew_way_back
from include.engines import run_side_by_side
from include.errors import PermanentError, ProofError
from include.objects import bring_back_buckets, find_written_buckets, renew_handovers
from include.turning_back import forget_back
from include.volumes import bring_back_volumes, find_written_volumes, renew_deliveries

if TYPE_CHECKING:
    from collections.abc import Callable

    from include.run import MigrationRun

Step = tuple[str, "Callable[..., list[str]]"]
STEPS: dict[str, Step] = {
    "databases": ("bring the databases back", bring_back_databases),
    "buckets": ("bring the buckets back", bring_back_buckets),
    "volumes": ("bring the volumes back", bring_back_volumes),
}


def bring_back(run: MigrationRun, what: str, *, leaves_behind: bool = False) -> list[str]:
    """Bring databases, buckets or volumes back and prove it; return what was left behind.

    :param what: a key of `STEPS`.
    :param leaves_behind: go on without what cannot be brought back.
    :raises PermanentError: while one of the sides may write.
    """
    _refuse_writers(run)
    name, bring = STEPS[what]
    with timed_step(run, name):
        return bring(run, leaves_behind=leaves_behind)


def bring_all_back(run: MigrationRun, *, leaves_behind: bool = False) -> list[str]:
    """Bring databases, buckets and volumes back side by side; return what was left behind."""
    found = run_side_by_side(
        lambda what: bring_back(run, what, leaves_behind=leaves_behind), list(STEPS), len(STEPS), name="back"
    )
    return [text for texts in found for text in texts]


def refuse_written_source(run: MigrationRun) -> None:
    """Look whether the source is as it was when the target took over, before anything is stopped.

    :raises ProofError: naming each database, bucket and volume that was written to since.
    """
    looks = (find_written_databases, find_written_buckets, find_written_volumes)
    found = run_side_by_side(lambda look: look(run), looks, len(looks), name="look")
    problems = [text for texts in found for text in texts]
    if problems:
        raise ProofError(problems, "the source was written to since the target took over")


def renew_target(run: MigrationRun) -> None:
    """Let the target go on after a way back that was given up, while nobody writes yet: the next way back begins here."""
    for renew in (renew_way_back, renew_handovers, renew_deliveries):
        renew(run)
    forget_back(run)


def _refuse_writers(run: MigrationRun) -> None:
    for side in ("source", "target"):
        if not is_quiesced(run, side):
            raise PermanentError(
                f"{side} cluster: its writers were not stopped in this run; what is brought back would not be the last; run the way "
                "back from its quiesce"
            )
