"""Open the way for the switch only when everything planned has arrived and is proved."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from include.cutover.quiescing import is_quiesced
from include.cutover.steps import timed_step
from include.cutover.workloads import living_pods, name_of
from include.errors import ProofError
from include.report.rows import join_rows

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)


def pass_gates(run: MigrationRun) -> int:
    """Look at every row of the plan before the cutover; return how many there are.

    :raises ProofError: with every row that has no equal proof and no waiver, and when the source was not stopped or runs
        again: what its pods write now would be lost.
    """
    with timed_step(run, "pass the gates"):
        # The rows of a rehearsal are those of a migration without cutover and retirement.
        rows = join_rows(run.ledger, "rehearsal")
        problems = [f"{row.phase}/{row.key}: {row.problem}" for row in rows if row.problem]
        if not is_quiesced(run, "source"):
            problems.insert(0, "the source still runs: it was not quiesced in this run")
        else:
            problems = [*_started_again(run), *problems]
        if not rows:
            problems.insert(0, "the plan has no rows")
    if problems:
        raise ProofError(problems, "the gates stay closed")
    logger.info("All %s rows have an equal proof or a waiver", len(rows))
    return len(rows)


def _started_again(run: MigrationRun) -> list[str]:
    pods = living_pods(run.source, run.definition.source.namespaces)
    return [
        f"{name_of({**pod, 'kind': 'Pod'})}, source cluster: runs again since the source was stopped; find out who starts it "
        "(an operator, an autoscaler, a deployment tool?), stop that, and run the cutover again"
        for pod in pods
    ]
