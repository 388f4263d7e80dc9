"""Judge from their status whether workloads run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from include.adaptation.hold import remembered
from include.errors import shorten

Manifest = dict[str, Any]

# These do not pass by waiting: something has to be changed.
HOPELESS_REASONS = frozenset({
    "ImagePullBackOff",
    "ErrImagePull",
    "InvalidImageName",
    "ErrImageNeverPull",
    "CreateContainerConfigError",
    "CreateContainerError",
})
# How the scheduler says that each node lacks what a pod asks of nodes. Room on nodes may come by waiting, and a taint of
# Kubernetes itself (node.kubernetes.io/not-ready …) may go.
NODES_REFUSED = re.compile(r"^\d+/\d+ nodes are available: (?P<why>.+?)\.(?: |$)", re.DOTALL)
OF_LABELS_OR_TAINTS = re.compile(
    r"^\d+ node\(s\) (?:didn't match Pod's node affinity/selector"
    r"|had untolerated taint(?:\(s\))? \{(?!node\.(?:cloudprovider\.)?kubernetes\.io/).*)$"
)


@dataclass(frozen=True)
class Readiness:
    """Tell how far a workload is: `wanted` and `ready` pods, and what it waits for.

    :param is_unplaceable: no node has what a pod asks of nodes; only another node, or another pod, helps.
    """

    wanted: int
    ready: int
    waits_for: str | None
    is_hopeless: bool = False
    is_unplaceable: bool = False

    @property
    def is_ready(self) -> bool:
        """Say whether nothing is waited for."""
        return self.waits_for is None


def judge(workload: Manifest | None, wanted: int | None, pods: Iterable[Manifest]) -> Readiness:
    """Judge one workload.

    :param wanted: replicas it had on the source; None when an autoscaler chooses, or for DaemonSets.
    :param pods: the pods of its namespace.
    """
    if workload is None:
        return Readiness(wanted or 0, 0, "it is not there", is_hopeless=True)
    if remembered(workload) is not None:
        return Readiness(wanted or 0, 0, "it is still held", is_hopeless=True)
    replicas, ready, is_current = _counts(workload)
    if wanted is not None and replicas != wanted:
        return Readiness(wanted, ready, f"it asks for {replicas} pods instead of {wanted}", is_hopeless=True)
    if is_current and ready >= replicas:
        return Readiness(replicas, ready, None)
    own = pods_of(workload, pods)
    reasons = pod_reasons(own)
    text = f"{ready} of {replicas} pods are ready" + (f": {'; '.join(reasons)}" if reasons else "")
    is_hopeless = any(reason.startswith(tuple(HOPELESS_REASONS)) for reason in reasons)
    return Readiness(replicas, ready, text, is_hopeless, any(map(is_unplaceable, own)))


def pods_of(workload: Manifest, pods: Iterable[Manifest]) -> list[Manifest]:
    """Return the pods a workload's selector chooses."""
    selector = (workload.get("spec") or {}).get("selector") or {}
    wanted = selector.get("matchLabels", selector if workload.get("kind") == "ReplicationController" else {})
    return [
        pod
        for pod in pods
        if pod["metadata"].get("namespace") == workload["metadata"].get("namespace")
        and wanted
        and wanted.items() <= (pod["metadata"].get("labels") or {}).items()
    ]


def pod_reasons(pods: Iterable[Manifest]) -> list[str]:
    """Return why pods do not run, each reason once, with name and message of the first pod that has it."""
    reasons: dict[str, str] = {}
    for pod in pods:
        for reason, message in _reasons(pod):
            text = f"pod {pod['metadata']['name']}: {shorten(message, 160)}".removesuffix(": ")
            reasons.setdefault(reason, text)
    return [f"{reason} ({text})" for reason, text in sorted(reasons.items())]


def is_unplaceable(pod: Manifest) -> bool:
    """Say whether the scheduler found no node for a pod by labels and taints alone."""
    refused = (NODES_REFUSED.match(str(row.get("message") or "")) for row in _unscheduled(pod))
    return any(all(map(OF_LABELS_OR_TAINTS.match, _each(match["why"]))) for match in refused if match)


def _each(why: str) -> list[str]:
    """Take apart `1 node(s) …, 2 node(s) …`."""
    return re.split(r", (?=\d+ )", why)


def _reasons(pod: Manifest) -> Iterator[tuple[str, str]]:
    status = pod.get("status") or {}
    for row in (status.get("initContainerStatuses") or []) + (status.get("containerStatuses") or []):
        waiting = (row.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") and waiting["reason"] != "PodInitializing":
            yield str(waiting["reason"]), str(waiting.get("message") or "")
    for row in _unscheduled(pod):
        yield str(row.get("reason") or "Unschedulable"), str(row.get("message") or "")


def _unscheduled(pod: Manifest) -> list[Manifest]:
    conditions = (pod.get("status") or {}).get("conditions") or []
    return [row for row in conditions if row.get("type") == "PodScheduled" and row.get("status") == "False"]


def _counts(workload: Manifest) -> tuple[int, int, bool]:
    """Return wanted and ready pods, and whether the controller has seen the present generation."""
    spec, status = workload.get("spec") or {}, workload.get("status") or {}
    is_current = int(status.get("observedGeneration") or 0) >= int(
        workload["metadata"].get("generation") or 0
    )
    if workload.get("kind") == "DaemonSet":
        wanted, ready = int(status.get("desiredNumberScheduled") or 0), int(status.get("numberReady") or 0)
        return wanted, ready, is_current and int(status.get("updatedNumberScheduled") or 0) >= wanted
    wanted = int(spec.get("replicas", 1))
    updated = int(status.get("updatedReplicas") or 0) if workload.get("kind") == "Deployment" else wanted
    return wanted, int(status.get("readyReplicas") or 0), is_current and updated >= wanted
