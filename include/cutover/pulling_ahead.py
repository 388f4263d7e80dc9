"""Have the target's nodes pull the images of what the cutover will start, while the source still serves."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from include.adaptation.hold import release, remembered
from include.cutover.pulling_pods import PULLS, Pull, plan_pulls, pull_manifest, pulled, refusals
from include.cutover.workloads import RUNNING, list_workloads
from include.engines import run_side_by_side
from include.errors import ClusterError, ObjectExistsError, TemporaryError
from include.labels import OWNER

if TYPE_CHECKING:
    from include.clusters import Cluster
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

THREADS = 8
POLL_SECONDS = 0.5
SECONDS_BETWEEN_LINES = 10.0
TIMEOUT_SECONDS = 1800.0
# A registry may refuse once; a pull that is refused for so long will be at the start as well.
HOPELESS_SECONDS = 45.0
REMEDY = (
    "repair what the nodes say, and clear the task; or set cutover.pull_ahead to false: pods then pull while customers wait. "
    "Nothing of the source was stopped"
)


def pull_ahead(run: MigrationRun) -> int:
    """Have every node of the target that may run a held workload pull its images; return how many pulls there were.

    The pods that do it run nothing of the images: their command is in none of them. They are removed afterwards.

    :raises TemporaryError: with each image that a node does not get, and the kubelet's reason.
    """
    if not run.definition.cutover.pull_ahead:
        return 0
    held = list_workloads(run.target, run.definition.source.namespaces, RUNNING)
    starting = [release(obj) for obj in held if (before := remembered(obj)) and before.get("replicas") != 0]
    planned = plan_pulls(starting, run.target.list("/api/v1/nodes"), run.definition.name)
    started = time.monotonic()
    try:
        are_made = run_side_by_side(lambda pull: _start(run.target, pull), planned, THREADS, name="pull")
        pulls = [pull for pull, is_made in zip(planned, are_made, strict=True) if is_made]
        _await(run.target, pulls)
    finally:
        remove_pulls(run)
    logger.info(
        "Nodes of the target have the %s images of %s workloads: %.0f s",
        len({image for pull in pulls for image in pull.images}),
        len(starting),
        time.monotonic() - started,
    )
    return len(pulls)


def remove_pulls(run: MigrationRun) -> int:
    """Remove the pods that pull, of whichever try; return how many there were."""
    removed = 0
    for namespace in run.definition.source.namespaces:
        folder = f"/api/v1/namespaces/{namespace}/pods"
        for pod in run.target.list(folder, labelSelector=f"{OWNER}={run.definition.name},{PULLS}"):
            removed += run.target.delete(f"{folder}/{pod['metadata']['name']}")
    return removed


def _start(cluster: Cluster, pull: Pull) -> bool:
    """Make the pod, and say whether it is there: a namespace whose rules refuse it is told, and pulls later."""
    try:
        cluster.create(pull_manifest(pull))
    except ObjectExistsError:
        logger.info("Pod %s/%s pulls already", pull.namespace, pull.name)
    except ClusterError as error:
        logger.warning(
            "Node %s does not pull the images of namespace %s ahead, which costs downtime: %s",
            pull.node,
            pull.namespace,
            error,
        )
        return False
    return True


def _await(cluster: Cluster, pulls: list[Pull]) -> None:
    """Wait until every node has its images.

    :raises TemporaryError: when one is refused for too long, or all of it takes too long.
    """
    started = last_line = time.monotonic()
    refused_since: dict[tuple[Pull, str], float] = {}
    waiting = list(pulls)
    while waiting:
        pods = {pull: pod for pull in waiting if (pod := _pod(cluster, pull)) is not None}
        moment = time.monotonic()
        waiting = [pull for pull, pod in pods.items() if pulled(pod) < len(pull.images)]
        refused = {(pull, image): text for pull in waiting for image, text in refusals(pods[pull]).items()}
        refused_since = {key: refused_since.get(key, moment) for key in refused}
        _refuse(
            f"node {key[0].node}, {text}"
            for key, text in refused.items()
            if moment - refused_since[key] >= HOPELESS_SECONDS
        )
        if moment - started >= TIMEOUT_SECONDS:
            _refuse(f"node {pull.node}, namespace {pull.namespace}: still pulls" for pull in waiting)
        if moment - last_line >= SECONDS_BETWEEN_LINES:
            last_line = moment
            done = len(pulls) - len(waiting)
            logger.info("%s of %s pulls are done, %.0f s", done, len(pulls), moment - started)
        time.sleep(POLL_SECONDS if waiting else 0)


def _pod(cluster: Cluster, pull: Pull) -> dict[str, Any] | None:
    """Return the pod as it is, made anew when somebody has removed it; None when it may not be made any more."""
    pod = cluster.find(pull.path)
    return pod if pod is not None else {} if _start(cluster, pull) else None


def _refuse(problems: Iterable[str]) -> None:
    found = list(problems)
    if found:
        raise TemporaryError(
            f"target cluster: images do not arrive on its nodes: {'; '.join(found)}. {REMEDY}"
        )
