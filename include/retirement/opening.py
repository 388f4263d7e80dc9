"""Begin the retirement of a run of the past, or say why its source has to stay."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, get_args

from include.cutover import is_rolled_back, is_traffic_on_target
from include.definition.model import Deletable
from include.errors import ProblemListError
from include.retirement.certificate import DOCUMENT as CERTIFICATE
from include.retirement.choosing import note_choice
from include.retirement.records import PHASE

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

REPORT = "report"
KINDS: tuple[Deletable, ...] = get_args(Deletable)


def begin_retirement(run: MigrationRun, delete: Sequence[str] | None = None) -> None:
    """Look whether the source may be retired, and note what of it is to be deleted afterwards.

    :param delete: what the person chose who began it; None leaves it to the definition.
    :raises ProblemListError: with every reason why the source has to stay.
    """
    problems = [*_reasons_to_stay(run), *_unknown(delete or ())]
    if problems:
        raise ProblemListError(problems, "the source is not retired")
    if not run.ledger.items(PHASE):
        # The run of the migration has recorded the phase as one that was left out.
        run.ledger.remove(f"phases/{PHASE}")
        run.ledger.phase_started(PHASE)
    chosen = note_choice(run, delete)
    logger.info("To be deleted on the source, once it is retired: %s", ", ".join(chosen) or "nothing")


def _reasons_to_stay(run: MigrationRun) -> Iterator[str]:
    if is_rolled_back(run):
        yield f"run {run.run_id}: its cutover was rolled back: the source serves the customers; migrate again first"
    elif not is_traffic_on_target(run):
        yield (
            f"{run.definition.front_door.title}: does not lead to the target: customers need the source; cut over "
            "first, or correct the record"
        )
    if run.ledger.exists(CERTIFICATE):
        at = run.ledger.read(CERTIFICATE)["at"]
        yield f"run {run.run_id}: its source was retired at {at}: {run.ledger.path(CERTIFICATE)} says how"
    result = run.ledger.read(REPORT)["result"] if run.ledger.exists(REPORT) else "not written"
    if result == "failed":
        yield f"run {run.run_id}: its report says {result}: what did not arrive is on the source alone; settle that first"


def _unknown(delete: Sequence[str]) -> Iterator[str]:
    for name in delete:
        if name not in KINDS:
            yield f"delete: {name!r} is not known  allowed: {', '.join(KINDS)}"
