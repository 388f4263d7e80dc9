"""Carry the last changes of a volume by movers that stand by on both sides: no pod starts while customers wait."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from include.errors import MigrationError, PermanentError
from include.volumes.movers import Pass, order_of, source_mover, standing_by, target_mover
from include.volumes.names import claim_of
from include.volumes.orders import Order, StandbyLostError
from include.volumes.output import Tree, has_summary, read_summary, read_top, read_tree, seems_same
from include.volumes.running import remove_mover

if TYPE_CHECKING:
    from include.planning.model import PlanItem
    from include.run import MigrationRun
    from include.volumes.manifests import Mover

logger = logging.getLogger(__name__)

NO_SNAPSHOT = "none"


def carry_delta(run: MigrationRun, row: PlanItem, which: Pass) -> tuple[str, str] | None:
    """Move what changed; return what both movers printed, or None when they do not stand by.

    The target begins as soon as the snapshot is there, while the source's tree may still be hashed.

    :raises MigrationError: when a mover failed; the movers are gone then, and the next try starts new ones.
    """
    try:
        return _carry(run, row, which)
    except StandbyLostError as error:
        logger.info("Volume %s: %s", claim_of(row), error)
    except MigrationError:
        remove_standby(run, row)
        raise
    remove_standby(run, row)
    return None


def source_standby(run: MigrationRun, row: PlanItem, used_on: str | None = None) -> Mover:
    """Return the mover that stands by on the source."""
    return standing_by(run, row, source_mover(run, row, "backup", "final", used_on))


def target_standby(run: MigrationRun, row: PlanItem) -> Mover:
    """Return the mover that stands by on the target."""
    return standing_by(run, row, target_mover(run, row, "final", "", Tree(0, "", "", "")))


def remove_standby(run: MigrationRun, row: PlanItem) -> None:
    """Remove both movers; one that still works ends within seconds."""
    for cluster, mover in ((run.source, source_standby(run, row)), (run.target, target_standby(run, row))):
        remove_mover(cluster, mover)


def _carry(run: MigrationRun, row: PlanItem, which: Pass) -> tuple[str, str]:
    source = _order(run, row, source_mover(run, row, "backup", which), "source")
    source.give()
    text = source.answer(lambda printed: has_summary(printed) or seems_same(printed))
    top = read_top(text)
    if top is None:
        raise PermanentError(
            "the mover did not print the rights of the folder; volumes.mover_image needs stat beside restic"
        )
    snapshot = NO_SNAPSHOT if seems_same(text) else str(read_summary(text)["snapshot_id"])
    target = _order(run, row, target_mover(run, row, which, snapshot, top), "target")
    target.give()
    restored = target.answer()
    read = source.answer()
    if snapshot == NO_SNAPSHOT and read_tree(read) != read_tree(restored):
        raise StandbyLostError(
            "changed, though no file is newer than the pass before; it is moved by movers of its own"
        )
    return read, restored


def _order(run: MigrationRun, row: PlanItem, mover: Mover, side: str) -> Order:
    cluster = run.source if side == "source" else run.target
    return Order(cluster, standing_by(run, row, mover), order_of(mover))
