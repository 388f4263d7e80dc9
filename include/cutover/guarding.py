"""Look after what the targets keep for the way back, of every run that can still be rolled back."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from include.cutover.rolled_back import has_switched, is_rolled_back
from include.cutover.way_back import RETIRED
from include.databases import look_at_ways_back
from include.errors import MigrationError, TemporaryError
from include.ledger import Ledger
from include.past_runs import all_past_runs
from include.run import recorded_run

if TYPE_CHECKING:
    from upath import UPath

    from include.connections import Connections
    from include.run import MigrationRun

logger = logging.getLogger(__name__)


def guard_ways_back(root: UPath | str, connections: Connections) -> dict[str, int]:
    """Look at each way back that is open; return the bytes of log that the targets keep, by migration and database.

    What keeps more than `follow.most_retained` is given up: a rollback copies whole tables then.

    :raises TemporaryError: naming the runs whose servers do not answer; the others are looked at all the same.
    """
    kept: dict[str, int] = {}
    problems = []
    for ledger in _open_ledgers(root):
        try:
            kept |= _guard(recorded_run(ledger, connections))
        except MigrationError as error:
            problems.append(f"{ledger.migration} {ledger.run_id}: {error}")
    if problems:
        raise TemporaryError(f"ways back that could not be looked at: {'; '.join(problems)}")
    return kept


def _open_ledgers(root: UPath | str) -> list[Ledger]:
    """Return, of each migration, the latest run that switched the traffic."""
    latest = {
        one.ledger.migration: one
        for one in sorted(all_past_runs(root), key=lambda one: one.switched or "")
        if one.switched
    }
    return [one.ledger for one in latest.values()]


def _guard(run: MigrationRun) -> dict[str, int]:
    if not has_switched(run) or is_rolled_back(run) or run.ledger.item(*RETIRED) is not None:
        return {}
    kept = {}
    for way in look_at_ways_back(run):
        logger.info(
            "%s of run %s, database %s: %s", run.definition.name, run.run_id, way.database, way.text()
        )
        kept[f"{run.definition.name}/{way.database}"] = way.retained
    return kept
