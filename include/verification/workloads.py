"""Wait until every workload of the target runs as it did on the source."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from include.adaptation.context import context_of
from include.adaptation.pipeline import adapt
from include.errors import ProofError
from include.inventory.store import Inventory, open_inventory
from include.ledger import Proof
from include.planning.model import PlanItem, each_row
from include.verification.objects import autoscaled_workloads
from include.verification.readiness import Readiness, judge
from include.verification.records import PHASE, record

if TYPE_CHECKING:
    from include.clusters import Cluster
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 600.0
POLL_SECONDS = 0.25
SECONDS_BETWEEN_LINES = 10.0
# A pull can fail once, and a Secret arrive a moment later than the pod.
HOPELESS_SECONDS = 30.0
# The cluster's autoscaler, if there is one, says within some of its rounds of ten seconds that it makes a node.
UNPLACED_SECONDS = 60.0
SCALES_UP = "TriggeredScaleUp"
REPAIR = "repair it and run verification again"
FIND_PLACE = (
    "map what it asks of nodes by adaptation.node_labels or zones, label the target's nodes, or tolerate their taints; then clear "
    "the task"
)


@dataclass
class Watched:
    """Follow one workload while it starts."""

    item: PlanItem
    manifest: dict[str, Any]
    wanted: int | None
    readiness: Readiness | None = None
    ready_after: float = 0.0
    hopeless_since: float | None = field(default=None)


def verify_workloads(
    run: MigrationRun,
    expected: list[Watched] | None = None,
    *,
    timeout_seconds: float = TIMEOUT_SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> int:
    """Wait until all workloads have as many ready pods as on the source; return how many there are.

    What a pod waits for is logged while it waits. A workload that cannot start (no image, no Secret) is given
    up after half a minute, one that no node may run after a minute, unless the cluster's autoscaler makes a node.

    Hooks of the applications run once all workloads do.

    :param expected: what `expected_workloads` has returned, by whoever has asked for it ahead.
    :raises ProofError: with every workload that does not run, and why; or with every hook that failed.
    """
    watched = expected_workloads(run) if expected is None else expected
    started = last_line = clock()
    waiting = list(watched)
    while waiting and clock() - started < timeout_seconds:
        _look(run.target, waiting, clock() - started)
        waiting = [one for one in waiting if not _is_decided(one, clock() - started)]
        if waiting and clock() - last_line >= SECONDS_BETWEEN_LINES:
            last_line = clock()
            _log(waiting, len(watched), clock() - started)
        if waiting:
            time.sleep(POLL_SECONDS)
    problems = [problem for one in watched if (problem := _record(run, one))]
    if problems:
        raise ProofError(problems, "workloads do not run on the target")
    logger.info("All %s workloads run", len(watched))
    from include.hooks import run_hooks

    run_hooks(run, "after_start")
    return len(watched)


def wanted_replicas(adapted: dict[str, Any], is_autoscaled: bool) -> int | None:
    """Return how many pods a workload shall have; None when that is not fixed."""
    if is_autoscaled or adapted["kind"] == "DaemonSet":
        return None
    return int((adapted.get("spec") or {}).get("replicas", 1))


def expected_workloads(run: MigrationRun) -> list[Watched]:
    """Return the workloads as they shall run on the target, to be waited for once."""
    inventory = open_inventory(run.ledger)
    autoscaled = autoscaled_workloads(inventory)
    return [
        Watched(item, adapted, wanted_replicas(adapted, object_key(item) in autoscaled))
        for item, adapted in adapted_workloads(run, inventory)
    ]


def adapted_workloads(run: MigrationRun, inventory: Inventory) -> list[tuple[PlanItem, dict[str, Any]]]:
    """Return the planned rows of workloads, each with the workload as the target shall have it."""
    context = context_of(run, inventory)
    rows = {object_key(item): item for item in each_row(run.ledger, PHASE, "workload")}
    resources = sorted({key.partition("/")[0] for key in rows})
    objects = (obj for name in resources for obj in inventory.of_resource(name))
    found = {key: adapt(obj, context)[0] for obj in objects if (key := inventory.key_of(obj)) in rows}
    return [(item, found[key]) for key, item in rows.items()]


def object_key(item: PlanItem) -> str:
    """Return the key of the object that a workload's row is about."""
    return item.key.removeprefix("workload/")


def _look(target: Cluster, watched: list[Watched], seconds: float) -> None:
    namespaces = sorted({str(one.manifest["metadata"]["namespace"]) for one in watched})
    pods = {name: list(target.list(f"/api/v1/namespaces/{name}/pods")) for name in namespaces}
    live = _live(target, watched)
    for one in watched:
        seen = live.get(target.path_of(one.manifest))
        one.readiness = judge(seen, one.wanted, pods[one.manifest["metadata"]["namespace"]])
        one.ready_after = seconds
        if not one.readiness.is_hopeless and not _finds_no_node(target, one):
            one.hopeless_since = None
        elif one.hopeless_since is None:
            one.hopeless_since = seconds


def _live(target: Cluster, watched: list[Watched]) -> dict[str, dict[str, Any]]:
    """Return the workloads by their paths: a list per kind and namespace, for this is asked four times a second."""
    collections = sorted({target.path_of(one.manifest).rpartition("/")[0] for one in watched})
    return {f"{path}/{obj['metadata']['name']}": obj for path in collections for obj in target.list(path)}


def _is_decided(one: Watched, seconds: float) -> bool:
    if one.readiness is not None and one.readiness.is_ready:
        return True
    patience = HOPELESS_SECONDS if one.readiness and one.readiness.is_hopeless else UNPLACED_SECONDS
    return one.hopeless_since is not None and seconds - one.hopeless_since >= patience


def _finds_no_node(target: Cluster, one: Watched) -> bool:
    if one.readiness is None or not one.readiness.is_unplaceable:
        return False
    namespace = one.manifest["metadata"]["namespace"]
    events = target.list(f"/api/v1/namespaces/{namespace}/events", fieldSelector=f"reason={SCALES_UP}")
    return not any(True for _ in events)


def _log(waiting: list[Watched], total: int, seconds: float) -> None:
    logger.info("%s of %s workloads run, %.0f s", total - len(waiting), total, seconds)
    for one in waiting:
        logger.info("Waiting for %s: %s", one.item.target, one.readiness.waits_for if one.readiness else "?")


def _record(run: MigrationRun, one: Watched) -> str | None:
    readiness = one.readiness or Readiness(one.wanted or 0, 0, "it was not looked at in time")
    remedy = FIND_PLACE if readiness.is_unplaceable else REPAIR
    problem = f"{one.item.target}, target cluster: {readiness.waits_for}; {remedy}"
    proof = Proof(
        method="ready pods", source=readiness.wanted, target=readiness.ready, equal=readiness.is_ready
    )
    return record(run, one.item, proof, one.ready_after, problem)
