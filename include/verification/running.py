"""Verify that what is there also runs: images, endpoints, names, Ingresses, mounts and schedules, one row each."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from include.errors import ProofError
from include.images.digests import digest_records
from include.inventory.store import Inventory, load_inventory
from include.planning.model import Plan, PlanItem, load_plan
from include.verification.endpoints import judge_service
from include.verification.ingresses import judge_ingress
from include.verification.judging import Judgement, Scene
from include.verification.mounts import judge_mount
from include.verification.names import Answers, judge_name, look_up, names_of
from include.verification.objects import autoscaled_workloads
from include.verification.records import PHASE, record
from include.verification.running_pods import judge_pods, restarts_of
from include.verification.schedules import judge_schedule
from include.verification.snapshot import Snapshot, inventoried, take_snapshot
from include.verification.workloads import adapted_workloads, object_key

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

WORKERS = 8
POLL_SECONDS = 1.0
# Endpoints follow their pods, and load balancers their Ingresses, after a moment.
PATIENCE_SECONDS = 60.0
KINDS = ("pods", "service", "name", "ingress", "mount", "schedule")

Judge = Callable[[PlanItem, Scene], Judgement]


def verify_running(run: MigrationRun, *, patience_seconds: float = PATIENCE_SECONDS) -> int:
    """Judge every row of what runs, again and again until all are equal or the time is over; return how many there are.

    A run that an earlier version planned has no such rows.

    :raises ProofError: with every row that is not equal.
    """
    started = time.monotonic()
    plan = load_plan(run.ledger)
    items = [item for kind in KINDS for item in plan.items(PHASE, kind)]
    if not items:
        logger.info("The plan has no rows of what runs")
        return 0
    judged = _judge_all(run, plan, items, patience_seconds)
    seconds = (time.monotonic() - started) / len(items)
    with ThreadPoolExecutor(WORKERS) as pool:
        settled = pool.map(lambda item: _record(run, item, judged[item.key], seconds), items)
        problems = [problem for problem in settled if problem]
    if problems:
        raise ProofError(problems, "the target does not run as the source did")
    logger.info("All %s rows of what runs are as on the source", len(items))
    return len(items)


def _scene(run: MigrationRun, plan: Plan) -> Scene:
    inventory = load_inventory(run.ledger)
    workloads = {object_key(item): adapted for item, adapted in adapted_workloads(run, inventory)}
    daemons = {key for key, workload in workloads.items() if workload["kind"] == "DaemonSet"}
    target = _look(run)
    return Scene(
        source=inventoried(inventory),
        target=target,
        workloads=workloads,
        restless=frozenset(daemons | autoscaled_workloads(inventory)),
        digests=_digests(run, plan),
        restarts=_restarts(inventory, target),
    )


def _restarts(inventory: Inventory, target: Snapshot) -> Mapping[str, int]:
    return restarts_of(pod for namespace in inventory.namespaces for pod in target.pods(namespace))


def _look(run: MigrationRun) -> Snapshot:
    return take_snapshot(run.target, run.definition.source.namespaces)


def _digests(run: MigrationRun, plan: Plan) -> dict[str, str]:
    """Return the digest of each image on the target, by the references that objects may write."""
    planned = {item.key: item for item in plan.items("swr_image_sync", "image")}
    found = {}
    for digest in digest_records(run.ledger):
        for reference in {digest.target, digest.target_reference, planned[digest.key].target}:
            found[reference] = digest.target_digest
    return found


def _judge_all(
    run: MigrationRun, plan: Plan, items: Sequence[PlanItem], patience_seconds: float
) -> dict[str, Judgement]:
    scene = _scene(run, plan)
    names = names_of(plan.items(PHASE, "name"), scene.target)
    judged: dict[str, Judgement] = {}
    ends = time.monotonic() + patience_seconds
    waiting = list(items)
    while True:
        # What is told of a name that is wrong may be old: caches keep names for some seconds.
        is_asked = any(item.kind == "name" for item in waiting)
        answers = look_up(run, names) if is_asked else {}
        # This second look is also what shows whether something has restarted since the first.
        judged |= _judge(run, waiting, replace(scene, target=_look(run)), answers)
        waiting = [item for item in waiting if judged[item.key].problem]
        if not waiting or time.monotonic() >= ends:
            return judged
        time.sleep(min(POLL_SECONDS, patience_seconds))


def _judge(
    run: MigrationRun, items: Sequence[PlanItem], scene: Scene, answers: Answers
) -> dict[str, Judgement]:
    judges: dict[str, Judge] = {
        "pods": judge_pods,
        "service": judge_service,
        "name": lambda item, scene: judge_name(item, scene, answers),
        "ingress": judge_ingress,
        "mount": judge_mount,
        "schedule": lambda item, scene: judge_schedule(item, scene, run.target),
    }
    with ThreadPoolExecutor(WORKERS) as pool:
        return dict(
            zip(
                (item.key for item in items),
                pool.map(lambda item: judges[item.kind](item, scene), items),
                strict=True,
            )
        )


def _record(run: MigrationRun, item: PlanItem, judgement: Judgement, seconds: float) -> str | None:
    return record(run, item, judgement.proof, seconds, f"{item.source}, target cluster: {judgement.problem}")
