"""Read what nodes and pods use from the metrics API, where the source serves it."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from include.clusters import Cluster
from include.errors import ClusterForbiddenError, MigrationError
from include.inventory.quantities import parse_bytes, parse_quantity
from include.inventory.usage import Load, Place, Unread

logger = logging.getLogger(__name__)

GROUP = "metrics.k8s.io"
PATH = f"/apis/{GROUP}/v1beta1"
READERS = 8
SECONDS = 10.0
REMEDY = "give the reader the rights of docs/source-reader.yaml, or leave it: requests alone count then"

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Loads:
    """Hold what the metrics API told."""

    nodes: dict[str, Load]
    pods: dict[Place, Load]
    unread: tuple[Unread, ...] = ()


def read_loads(cluster: Cluster, namespaces: Sequence[str]) -> Loads:
    """Return the usage of all nodes and of the pods of these namespaces; empty when the source does not measure.

    No error leaves here: a measurement is good to have and no more.
    """
    # Without the right, an API server answers 403 whether it serves the API or not; discovery tells.
    if not any(resource.group == GROUP for resource in cluster.discover()):
        logger.info("The source serves no %s, so usage is not known", GROUP)
        return Loads({}, {})
    places = [("of the nodes", f"{PATH}/nodes")]
    places += [(f"of namespace {name}", f"{PATH}/namespaces/{name}/pods") for name in namespaces]
    with ThreadPoolExecutor(READERS) as pool:
        answers = list(pool.map(lambda place: _measurements(cluster, *place), places))
    unread = [answer for answer in answers if isinstance(answer, Unread)]
    nodes, *pods = ([] if isinstance(answer, Unread) else answer for answer in answers)
    return Loads(
        {row["metadata"]["name"]: _load([row]) for row in nodes},
        {_place(row): _load(row.get("containers") or []) for rows in pods for row in rows},
        tuple(unread),
    )


def _measurements(cluster: Cluster, what: str, path: str) -> list[Manifest] | Unread:
    try:
        answer = cluster.glance(path, SECONDS)
    except ClusterForbiddenError as error:
        logger.warning("%s", error)
        return Unread("warning", f"metrics {what}", "may not be read", REMEDY)
    except MigrationError as error:
        # A metrics server that is down or gone is no fault of whoever migrates.
        logger.warning("Usage %s stays unknown: %s", what, error)
        return []
    return [row for row in answer.get("items") or [] if isinstance(row, dict)]


def _load(holders: Iterable[Manifest]) -> Load:
    usages = [holder.get("usage") or {} for holder in holders]
    return Load(
        math.ceil(round(sum(parse_quantity(usage.get("cpu")) for usage in usages) * 1000, 3)),
        sum(parse_bytes(usage.get("memory")) for usage in usages),
    )


def _place(row: Manifest) -> Place:
    return str(row["metadata"].get("namespace")), str(row["metadata"]["name"])
