"""Measure the last pass of the cutover while applications go on: by movers that stand by, as then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.engines import run_side_by_side
from include.volumes.copying import FINAL_THREADS, copy_volumes, volume_rows
from include.volumes.delta import carry_delta, end_writer, remove_reader, remove_standby
from include.volumes.movers import can_stand_by
from include.volumes.orders import StandbyLostError

if TYPE_CHECKING:
    from include.planning.model import PlanItem
    from include.run import MigrationRun


def rehearse_last_changes(run: MigrationRun) -> None:
    """Move what changed in all volumes since their movers stood by; a volume without such movers is copied once more.

    What arrives is of no single moment: it is measured, and copied once more before anything starts on it.

    :raises MigrationError: when a mover failed.
    """
    run_side_by_side(lambda row: _move(run, row), volume_rows(run), FINAL_THREADS, name="volumes")


def end_standing_by(run: MigrationRun) -> None:
    """End the movers, so that others may write and the workloads may start.

    That which has written is left, as after the last pass of a cutover: by it the node may look at the claim (docs/decisions/0048).
    """
    rows = [row for row in volume_rows(run) if can_stand_by(row)]
    run_side_by_side(lambda row: _end(run, row), rows, FINAL_THREADS, name="volumes")


def _end(run: MigrationRun, row: PlanItem) -> None:
    try:
        end_writer(run, row)
    except StandbyLostError:
        remove_standby(run, row)
    else:
        remove_reader(run, row)


def _move(run: MigrationRun, row: PlanItem) -> None:
    if not (can_stand_by(row) and carry_delta(run, row, "rehearsed")):
        copy_volumes(run, [row.key])
