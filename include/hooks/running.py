"""Run hooks in the pods that are there, and tell every one that failed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from include.adaptation.hold import remembered
from include.errors import ClusterError, ProofError, WaitTimeoutError, shorten
from include.hooks.annotations import annotated_hooks
from include.hooks.model import Moment, PodHook
from include.labels import OWNER
from include.verification.readiness import pods_of

if TYPE_CHECKING:
    from include.clusters import Cluster
    from include.definition import Hook
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

WORKERS = 8

Manifest = dict[str, Any]


def run_hooks(run: MigrationRun, moment: Moment) -> int:
    """Run every hook of a moment, those of one pod after each other; return how many ran.

    `before_stop` runs on the source, `after_start` on the target. A hook may run more than once.

    :raises ProofError: with every hook that failed, or found no pod to run in, except those that may.
    """
    cluster = run.source if moment == "before_stop" else run.target
    asked, failures = _hooks_of_pods(run, cluster, moment)
    with ThreadPoolExecutor(WORKERS) as pool:
        for lines in pool.map(lambda row: _run_in_pod(cluster, *row), asked):
            failures += lines
    count = sum(len(hooks) for _, hooks in asked)
    if count:
        run.ledger.event("hooks run", moment=moment, hooks=count, failed=len(failures))
        logger.info("%s hooks ran, %s cluster", count, cluster.name)
    if failures:
        raise ProofError(failures, "application hooks")
    return count


def _hooks_of_pods(
    run: MigrationRun, cluster: Cluster, moment: Moment
) -> tuple[list[tuple[Manifest, list[PodHook]]], list[str]]:
    """Return pods with their hooks, and what is wrong with hooks of the definition that have no pod."""
    pods = list(_running_pods(cluster, run.definition.source.namespaces))
    asked = {_name(pod): (pod, list(annotated_hooks(pod["metadata"], moment))) for pod in pods}
    failures = []
    for hook in run.definition.hooks:
        if hook.when != moment:
            continue
        workload = cluster.find(_path(hook))
        found = pods_of(workload, pods) if workload else []
        for pod in found:
            asked[_name(pod)][1].append(_of_definition(hook))
        if not found and not _is_held(workload):
            failures += _unless_it_may(
                _of_definition(hook), f"{hook.workload}, {cluster.name} cluster", "has no running pod"
            )
    return [row for row in asked.values() if row[1]], failures


def _is_held(workload: Manifest | None) -> bool:
    """Say whether a former try has stopped the workload: its hooks ran before."""
    return workload is not None and remembered(workload) is not None


def _running_pods(cluster: Cluster, namespaces: list[str]) -> Iterator[Manifest]:
    for namespace in namespaces:
        for pod in cluster.list(f"/api/v1/namespaces/{namespace}/pods"):
            is_running = (pod.get("status") or {}).get("phase") == "Running"
            if is_running and OWNER not in (pod["metadata"].get("labels") or {}):
                yield pod


def _path(hook: Hook) -> str:
    kind, _, place = hook.workload.partition(" ")
    namespace, _, name = place.partition("/")
    return f"/apis/apps/v1/namespaces/{namespace}/{kind.lower()}s/{name}"


def _of_definition(hook: Hook) -> PodHook:
    return PodHook(
        hook.name, hook.container, tuple(hook.command), hook.timeout_seconds, hook.on_error == "fail"
    )


def _run_in_pod(cluster: Cluster, pod: Manifest, hooks: list[PodHook]) -> list[str]:
    place = f"Pod {_name(pod)}, {cluster.name} cluster"
    return [
        line
        for hook in hooks
        if (problem := _problem(cluster, pod, hook))
        for line in _unless_it_may(hook, place, problem)
    ]


def _name(pod: Manifest) -> str:
    return f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"


def _unless_it_may(hook: PodHook, place: str, problem: str) -> list[str]:
    """Return the line of a hook that failed; one that may fail is only logged."""
    text = f"{place}: its hook {hook.name} {problem}"
    if hook.is_fatal:
        return [
            f"{text}; repair it, or let it fail (on_error: continue, or the annotation on-error: Continue)"
        ]
    logger.warning("%s; it may fail", text)
    return []


def _problem(cluster: Cluster, pod: Manifest, hook: PodHook) -> str | None:
    metadata = pod["metadata"]
    container = hook.container or pod["spec"]["containers"][0]["name"]
    try:
        result = cluster.run_command(
            metadata["namespace"], metadata["name"], container, list(hook.command), hook.timeout_seconds
        )
    except (ClusterError, WaitTimeoutError) as error:
        return f"could not run: {error}"
    if result.exit_code == 0:
        return None
    printed = [line for line in (result.errors or result.output).splitlines() if line.strip()]
    last = f": {shorten(printed[-1], 160)}" if printed else ""
    return f"failed in container {container} with exit code {result.exit_code}{last}"
