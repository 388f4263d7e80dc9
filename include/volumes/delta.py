"""Carry the last changes of a volume by movers that stand by on both sides: no pod starts while customers wait."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from include.errors import MigrationError, PermanentError
from include.volumes.movers import FORWARD, Pass, Way, order_of, standing_by
from include.volumes.names import claim_of
from include.volumes.orders import Order, StandbyLostError
from include.volumes.output import Tree, has_summary, read_summary, read_top, read_tree, seems_same
from include.volumes.running import remove_mover

if TYPE_CHECKING:
    from include.clusters import Cluster
    from include.planning.model import PlanItem
    from include.run import MigrationRun
    from include.volumes.manifests import Mover

logger = logging.getLogger(__name__)

NO_SNAPSHOT = "none"


def carry_delta(run: MigrationRun, row: PlanItem, which: Pass, way: Way = FORWARD) -> tuple[str, str] | None:
    """Move what changed; return what both movers printed, or None when they do not stand by.

    The target begins as soon as the snapshot is there, while the source's tree may still be hashed.

    :raises MigrationError: when a mover failed; the movers are gone then, and the next try starts new ones.
    """
    try:
        return _carry(run, row, which, way)
    except StandbyLostError as error:
        logger.info("Volume %s: %s", claim_of(row), error)
    except MigrationError:
        remove_standby(run, row, way)
        raise
    remove_standby(run, row, way)
    return None


def standby_movers(
    run: MigrationRun, row: PlanItem, way: Way = FORWARD, used_on: str | None = None
) -> list[tuple[Cluster, Mover]]:
    """Return the movers that stand by at both ends of a way, that which reads first, each with its cluster."""
    movers = (
        way.read(run, row, "backup", "final", used_on),
        way.write(run, row, "final", "", Tree(0, "", "", "")),
    )
    return [
        (cluster, standing_by(run, row, mover)) for cluster, mover in zip(way.ends(run), movers, strict=True)
    ]


def remove_standby(run: MigrationRun, row: PlanItem, way: Way = FORWARD) -> None:
    """Remove both movers; one that still works ends within seconds."""
    for cluster, mover in standby_movers(run, row, way):
        remove_mover(cluster, mover)


def remove_reader(run: MigrationRun, row: PlanItem) -> None:
    """Remove the mover that has read the source. The one that has written has ended, too, and is left until the run's end.

    A node may look at a claim as long as a pod that was given it is there, one that has ended as well. A workload's pod alone, which
    has only just been bound, may be known to the kubelet before the API server's authorizer knows of it: the kubelet is refused the
    claim, and starts the pod ten seconds or more later, while customers wait (docs/decisions/0048).
    """
    (cluster, mover), _ = standby_movers(run, row)
    remove_mover(cluster, mover)


def end_writer(run: MigrationRun, row: PlanItem) -> None:
    """Have the mover that has written end by itself.

    :raises StandbyLostError: when it does not stand by.
    """
    _, there = FORWARD.ends(run)
    order = _order(run, row, FORWARD.write(run, row, "end", "", Tree(0, "", "", "")), there)
    order.give()
    order.answer()


def _carry(run: MigrationRun, row: PlanItem, which: Pass, way: Way) -> tuple[str, str]:
    here, there = way.ends(run)
    source = _order(run, row, way.read(run, row, "backup", which), here)
    source.give()
    text = source.answer(lambda printed: has_summary(printed) or seems_same(printed))
    top = read_top(text)
    if top is None:
        raise PermanentError(
            "the mover did not print the rights of the folder; volumes.mover_image needs stat beside restic"
        )
    snapshot = NO_SNAPSHOT if seems_same(text) else str(read_summary(text)["snapshot_id"])
    target = _order(run, row, way.write(run, row, which, snapshot, top), there)
    target.give()
    restored = target.answer()
    read = source.answer()
    if snapshot == NO_SNAPSHOT and read_tree(read) != read_tree(restored):
        raise StandbyLostError(
            "changed, though no file is newer than the pass before; it is moved by movers of its own"
        )
    return read, restored


def _order(run: MigrationRun, row: PlanItem, mover: Mover, cluster: Cluster) -> Order:
    return Order(cluster, standing_by(run, row, mover), order_of(mover))
