"""Ask the kubelets how full the volumes are that their pods mount."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from include.clusters import Cluster
from include.errors import ClusterForbiddenError, MigrationError
from include.inventory.model import VolumeUse, listed
from include.inventory.owners import is_finished
from include.inventory.usage import Fill, Place, Unread
from include.inventory.volumes import claims_of
from include.progress import Progress

logger = logging.getLogger(__name__)

READERS = 8
SECONDS_A_NODE = 5.0
SECONDS_IN_ALL = 60.0
# Disks may be made somewhat larger than they were claimed; a file system that others use, too, is much larger or much smaller.
SLACK = 1.1

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Figures:
    """Hold what a kubelet says of a claim's file system, in bytes, and of how many files there are."""

    place: Place
    used: int
    capacity: int
    files: int | None
    is_of_the_node: bool


# None when there was no time left to ask.
Answer = list[Figures] | MigrationError | None


@dataclass(frozen=True)
class Fills:
    """Hold what the kubelets told."""

    volumes: dict[Place, Fill]
    unread: tuple[Unread, ...] = ()


def read_fills(cluster: Cluster, volumes: Sequence[VolumeUse], pods: Iterable[Manifest]) -> Fills:
    """Return how full the claims are that running pods mount, as far as their nodes tell and the figure is the claim's own.

    No error leaves here: a size that is not known is the claimed one.
    """
    nodes = _nodes_of({(one.namespace, one.claim) for one in volumes if one.pv}, pods)
    if not nodes:
        return Fills({})
    deadline = time.monotonic() + SECONDS_IN_ALL
    # The first tells whether the right is there: a thousand nodes need not refuse one by one.
    first = _ask(cluster, nodes[0], deadline)
    if isinstance(first, ClusterForbiddenError):
        return Fills({}, (_refused(),))
    with ThreadPoolExecutor(READERS) as pool, Progress(len(nodes), 0, logger, noun="nodes asked") as progress:

        def ask(node: str) -> Answer:
            answer = _ask(cluster, node, deadline)
            progress.add(items=1)
            return answer

        progress.add(items=1)
        answers = [first, *pool.map(ask, nodes[1:])]
    silent = [node for node, answer in zip(nodes, answers, strict=True) if not isinstance(answer, list)]
    figures = [one for answer in answers if isinstance(answer, list) for one in answer]
    return Fills(own_fills(volumes, figures), (_silent(silent),) if silent else ())


def own_fills(volumes: Sequence[VolumeUse], figures: Iterable[Figures]) -> dict[Place, Fill]:
    """Return the fills of claims that have a file system to themselves.

    Of folders on a disk (`local`, NFS and other shares) a kubelet tells what the whole file system holds, which would be counted
    once for every claim on it.
    """
    claims = {(one.namespace, one.claim): one for one in volumes}
    fullest: dict[Place, Figures] = {}
    for one in sorted(figures, key=lambda one: one.used):
        if one.place in claims:
            fullest[one.place] = one
    by_capacity: dict[int, list[Figures]] = {}
    for one in fullest.values():
        by_capacity.setdefault(one.capacity, []).append(one)
    return {
        one.place: Fill(one.used, one.files)
        for alike in by_capacity.values()
        for one in alike
        if _fits(one, claims[one.place])
        and not _are_one_file_system(alike, [claims[other.place] for other in alike])
    }


def _fits(figures: Figures, claim: VolumeUse) -> bool:
    return (
        not figures.is_of_the_node
        and figures.used <= claim.capacity_bytes
        and figures.capacity <= claim.capacity_bytes * SLACK
    )


def _are_one_file_system(figures: Sequence[Figures], claims: Sequence[VolumeUse]) -> bool:
    """Say whether claims of one capacity share a file system; equal disks of a driver are as large as each other, too."""
    return len(figures) > 1 and (
        len({claim.capacity_bytes for claim in claims}) > 1
        or any(claim.csi_driver is None for claim in claims)
        or len({one.used for one in figures}) == 1
    )


def _nodes_of(claims: set[Place], pods: Iterable[Manifest]) -> list[str]:
    found = set()
    for pod in pods:
        node, namespace = (pod.get("spec") or {}).get("nodeName"), str(pod["metadata"].get("namespace"))
        if node and not is_finished(pod) and any((namespace, name) in claims for name in claims_of(pod)):
            found.add(str(node))
    return sorted(found)


def _ask(cluster: Cluster, node: str, deadline: float) -> Answer:
    """Return what a node's kubelet tells, the error when it does not, None when the time is up."""
    if time.monotonic() > deadline:
        return None
    try:
        summary = cluster.glance(f"/api/v1/nodes/{node}/proxy/stats/summary", SECONDS_A_NODE)
    except MigrationError as error:
        # a hint in the report, not a warning: the migration counts with the claimed sizes
        logger.info("How full the volumes on node %s are stays unknown: %s", node, error)
        return error
    return list(_figures(summary))


def _figures(summary: Manifest) -> Iterator[Figures]:
    of_the_node = _capacities(summary.get("node") or {})
    for pod in summary.get("pods") or []:
        for volume in pod.get("volume") or []:
            claim = volume.get("pvcRef") or {}
            if claim and volume.get("usedBytes") is not None and volume.get("capacityBytes"):
                files, capacity = volume.get("inodesUsed"), int(volume["capacityBytes"])
                yield Figures(
                    place=(str(claim.get("namespace")), str(claim.get("name"))),
                    used=int(volume["usedBytes"]),
                    capacity=capacity,
                    files=None if files is None else int(files),
                    is_of_the_node=capacity in of_the_node,
                )


def _capacities(node: Manifest) -> set[int]:
    """Return the sizes of the file systems of the node itself: its own, that of images, that of containers."""
    runtime = node.get("runtime") or {}
    systems = (node.get("fs"), runtime.get("imageFs"), runtime.get("containerFs"))
    return {int(one["capacityBytes"]) for one in systems if one and one.get("capacityBytes")}


def _refused() -> Unread:
    return Unread(
        "info",
        "kubelets of the source",
        "may not be asked how full volumes are, so that their claimed sizes count",
        "bind the ClusterRole cce-migration-volume-reader of docs/source-reader.yaml for the assessment if that is too coarse; "
        "it says what else the right allows",
    )


def _silent(nodes: Sequence[str]) -> Unread:
    return Unread(
        "info",
        f"{'node' if len(nodes) == 1 else 'nodes'} {listed(nodes)}",
        "did not tell how full volumes are, so that the claimed sizes of those count",
        "look at the kubelet, and at the way from the API server to it, and assess again",
    )
