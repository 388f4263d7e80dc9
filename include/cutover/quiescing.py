"""Stop the writers, remember how they were, and start them again. Never two writers."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from include.cutover.front_door import is_traffic_on_target
from include.cutover.steps import timed_step
from include.cutover.workloads import (
    BY_CLOCK,
    RUNNING,
    hold_all,
    list_workloads,
    living_pods,
    name_of,
    release_all,
)
from include.databases import (
    open_fences,
    refuse_unfenced,
    refuse_unfollowed,
    resume_following,
    shut_fences,
    stop_following,
)
from include.errors import PermanentError, TemporaryError, WaitTimeoutError
from include.hooks import run_hooks
from include.inventory.owners import controller_of
from include.ledger import Proof
from include.ledger.records import now
from include.planning.model import load_plan
from include.rehearsal.guards import refuse_in_rehearsal

if TYPE_CHECKING:
    from include.clusters import Cluster
    from include.connections.access import Side
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

PODS_GONE_SECONDS = 600.0
POLL_SECONDS = 0.25
SECONDS_BETWEEN_LINES = 10.0
MOST_NAMED = 8
# Copies of these were warm: what they proved ends with the writers.
MOVING_KINDS = {"rds_dump_restore": "database", "obs_sync": "bucket", "velero_backup_restore": "volume"}
EXPIRED = "the final pass after the quiesce is due"


def quiesce(
    run: MigrationRun, side: Side, *, timeout_seconds: float = PODS_GONE_SECONDS, is_left: bool = False
) -> int:
    """Stop everything in the migrated namespaces of one side, and wait until its pods are gone; return how many were held.

    CronJobs and Jobs are suspended first, then workloads are scaled to nothing and DaemonSets kept off every node. What
    each was before stands in its annotation, and in the ledger. Safe to repeat: what is held keeps what it remembers.
    Then the source's databases are fenced against whoever writes from elsewhere.
    At the source's first quiesce the proofs of databases, buckets and volumes expire: only the final pass makes new ones.
    A target that serves customers already is left alone; to go back, switch the front door back first.

    Pods of the target that nothing controls are not the migration's and do not count: they must not keep the source from
    being started again.

    :raises PermanentError: before anything is touched, when pods run on the source that nothing controls, when the following of
        a database failed, or when one cannot be fenced that has to be.
    :raises WaitTimeoutError: naming the pods that do not end.
    """
    if side == "source":
        refuse_in_rehearsal(run, "source cluster: stopping its workloads")
    if side == "target" and not is_left and is_traffic_on_target(run):
        logger.info("The front door leads to the target: it serves customers and stays as it is")
        return 0
    cluster = _cluster(run, side)
    namespaces = run.definition.source.namespaces
    if side == "source":
        _refuse_bare_pods(cluster, namespaces)
        refuse_unfollowed(run)
        refuse_unfenced(run)
        resume_following(run)
        # Applications write down what only they know while they still run; a source that was stopped has no pods.
        run_hooks(run, "before_stop")
        # What is left is applied by the last pass, which need not wait then for who follows to come to an end.
        stop_following(run)
    if side == "source" and not is_quiesced(run, side):
        expire_warm_proofs(run)
    begun = _read(run, side) or {}
    run.ledger.write(
        _document(side), {**begun, "at": now(), "complete": False, "undone": None, "early": False}
    )
    with timed_step(run, f"quiesce the {side}"):
        held = hold_all(cluster, list_workloads(cluster, namespaces, BY_CLOCK))
        held += hold_all(cluster, list_workloads(cluster, namespaces, RUNNING))
        await_no_pods(cluster, namespaces, timeout_seconds, bare_ones=side == "source")
    if side == "source":
        with timed_step(run, "fence the source's databases"):
            shut_fences(run)
    run.ledger.write(_document(side), {"at": now(), "complete": True, "workloads": held, "undone": None})
    run.ledger.event("quiesced", side=side, workloads=len(held))
    logger.info("%s workloads of the %s cluster stand still", len(held), side)
    return len(held)


def is_quiesced(run: MigrationRun, side: Side) -> bool:
    """Say whether this run has stopped a side, and not started it again."""
    seen = _read(run, side)
    return seen is not None and bool(seen.get("complete")) and seen.get("undone") is None


def quiesced_at(run: MigrationRun, side: Side) -> str | None:
    """Return the moment at which this run's present quiesce of a side was complete, or None when there is none."""
    seen = _read(run, side)
    return str(seen["at"]) if seen is not None and is_quiesced(run, side) else None


def was_begun(run: MigrationRun, side: Side) -> bool:
    """Say whether this run has begun to stop a side, whether or not it came to the end, and not started it again."""
    seen = _read(run, side)
    return seen is not None and seen.get("undone") is None


def unquiesce(run: MigrationRun, side: Side) -> int:
    """Start again what was held on a side; return how many workloads.

    Does nothing on the source while the front door leads to the target: there would be two writers.

    :raises TemporaryError: when a database of the source still refuses writes; the workloads were started all the same.
    """
    if side == "source" and is_traffic_on_target(run):
        logger.info("The front door leads to the target: the source stays as it is")
        return 0
    left = open_fences(run) if side == "source" else []
    released = _start_again(run, side)
    if left:
        raise TemporaryError("; ".join(left))
    return released


def _start_again(run: MigrationRun, side: Side) -> int:
    begun = _read(run, side)
    if begun is None or begun.get("undone") is not None:
        logger.info("This run has nothing stopped in the %s cluster", side)
        return 0
    released = release_held(run, side)
    run.ledger.write(_document(side), {**begun, "undone": now()})
    run.ledger.event("started again", side=side, workloads=released)
    logger.info("%s workloads of the %s cluster run again", released, side)
    return released


def release_held(run: MigrationRun, side: Side) -> int:
    """Release whatever is held on a side, whoever held it; return how many workloads."""
    cluster, namespaces = _cluster(run, side), run.definition.source.namespaces
    released = release_all(cluster, list_workloads(cluster, namespaces, RUNNING))
    released += release_all(cluster, list_workloads(cluster, namespaces, BY_CLOCK))
    return len(released)


def release_workloads(run: MigrationRun, side: Side = "target") -> int:
    """Let held workloads of a side run; return how many.

    CronJobs and Jobs stay suspended until the source stands still, or the front door leads to this side: before, both
    clusters would do the same work twice.

    :raises PermanentError: for the source while the front door leads to the target.
    """
    is_switched = is_traffic_on_target(run)
    if side == "source" and is_switched:
        raise PermanentError(
            "the front door leads to the target: starting the source would make two writers; switch back first"
        )
    cluster, namespaces = _cluster(run, side), run.definition.source.namespaces
    note_release(run, side)
    with timed_step(run, f"release the {side}"):
        released = release_all(cluster, list_workloads(cluster, namespaces, RUNNING))
        if side == "source" or is_switched or is_quiesced(run, "source"):
            released += release_all(cluster, list_workloads(cluster, namespaces, BY_CLOCK))
    run.ledger.event("released", side=side, workloads=len(released))
    logger.info("%s workloads of the %s cluster are released", len(released), side)
    return len(released)


def note_release(run: MigrationRun, side: Side, *, early: bool = False) -> None:
    """Leave a trace that a side does not stand still any more; it comes before the first workload is released.

    :param early: only workloads run that write nothing (`cutover.start_early`).
    """
    begun = _read(run, side)
    if begun is not None:
        run.ledger.write(_document(side), {**begun, "undone": now(), "early": early})


def are_writers_held(run: MigrationRun, side: Side) -> bool:
    """Say whether this run has stopped a side, and started at most what writes nothing."""
    seen = _read(run, side) or {}
    return is_quiesced(run, side) or (bool(seen.get("complete")) and bool(seen.get("early")))


def await_no_pods(
    cluster: Cluster, namespaces: list[str], timeout_seconds: float, *, bare_ones: bool = True
) -> None:
    """Wait until no pod of the namespaces lives.

    :param bare_ones: wait for pods that nothing controls, too.
    """
    started = last_line = time.monotonic()
    while True:
        pods = [pod for pod in living_pods(cluster, namespaces) if bare_ones or controller_of(pod)]
        if not pods:
            return
        moment = time.monotonic()
        if moment - started >= timeout_seconds:
            raise WaitTimeoutError(
                f"{_names(pods)}, {cluster.name} cluster: still there after {moment - started:.0f} s; look who starts them "
                "(an operator outside the migrated namespaces?), or why they do not end"
            )
        if moment - last_line >= SECONDS_BETWEEN_LINES:
            last_line = moment
            logger.info("Waiting for %s of the %s cluster to end", _names(pods), cluster.name)
        time.sleep(POLL_SECONDS)


def expire_warm_proofs(run: MigrationRun) -> None:
    """Replace the proofs of what was copied while applications wrote."""
    for row in load_plan(run.ledger).items():
        if MOVING_KINDS.get(row.phase) == row.kind:
            run.ledger.record_proof(
                row.phase, row.key, Proof(method=EXPIRED, source=None, target=None, equal=False)
            )


def _refuse_bare_pods(cluster: Cluster, namespaces: list[str]) -> None:
    bare = [pod for pod in living_pods(cluster, namespaces) if controller_of(pod) is None]
    if bare:
        raise PermanentError(
            f"{_names(bare)}, {cluster.name} cluster: nothing controls them, so they cannot be held and started again; "
            "delete them, or give them a controller, and run the cutover again"
        )


def _names(pods: list[dict[str, Any]]) -> str:
    names = [name_of({**pod, "kind": "Pod"}) for pod in pods]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _cluster(run: MigrationRun, side: Side) -> Cluster:
    return run.source if side == "source" else run.target


def _read(run: MigrationRun, side: Side) -> dict[str, Any] | None:
    """Return what this run noted of a side's quiesce; it is noted before anything is held, so that a kill leaves a trace."""
    return run.ledger.read(_document(side)) if run.ledger.exists(_document(side)) else None


def _document(side: Side) -> str:
    return f"cutover/quiesced-{side}"
