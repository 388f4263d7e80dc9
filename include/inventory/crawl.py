"""Read everything the source has into the ledger, once."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from include.clusters import Cluster
from include.clusters.discovery import ApiResource
from include.errors import ClusterError, PreflightError
from include.inventory.dns_settings import read_dns_settings
from include.inventory.fills import read_fills
from include.inventory.loads import read_loads
from include.inventory.moved_addresses import Move
from include.inventory.run_moves import moves_in
from include.inventory.scope import (
    BINDINGS,
    CLUSTER_WIDE,
    COUNTED_ONLY,
    cluster_kinds,
    cluster_wide_kinds,
    keep_needed,
    namespaced_kinds,
    needs_of,
)
from include.inventory.secrecy import hide_secret
from include.inventory.snapshot_choices import SNAPSHOT_CLASSES
from include.inventory.store import Inventory, save_inventory, save_usage, sort_objects
from include.inventory.usage import Usage
from include.progress import Progress
from include.run import MigrationRun

logger = logging.getLogger(__name__)

READERS = 8
SERVICES = "services"
DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io"

Manifest = dict[str, Any]
Objects = dict[ApiResource, list[Manifest]]


@dataclass(frozen=True)
class Read:
    """Hold what was read of one kind, or the problem of reading it."""

    resource: ApiResource
    objects: list[Manifest]
    problem: str | None = None


def take_inventory(run: MigrationRun) -> dict[str, Any]:
    """Read all objects of the definition's namespaces and what they need of the cluster; return counts.

    Writes `inventory`, one document per kind, `inventory/<plural.group>`, and `inventory/usage`. Values of Secrets are replaced
    by hashes before anything is written.

    :raises PreflightError: with every namespace that does not exist and every kind that may not be read.
    """
    inventory = read_source(run)
    save_inventory(run.ledger, inventory)
    save_usage(run.ledger, _usage(run.source, inventory))
    counts = {"objects": len(inventory.objects()), "kinds": len(inventory.resources())}
    logger.info("The source has %s objects of %s kinds", counts["objects"], counts["kinds"])
    return {**counts, "images": len(inventory.images()), "volumes": len(inventory.volumes())}


def read_source(run: MigrationRun) -> Inventory:
    """Return the inventory as the source is now, and write nothing; Secrets carry hashes.

    :raises PreflightError: with every namespace that does not exist and every kind that may not be read.
    """
    cluster, namespaces = run.source, run.definition.source.namespaces
    resources = cluster.discover(refresh=True)
    _refuse_missing(cluster, namespaces)
    kinds = namespaced_kinds(resources)
    inside = _read_all(cluster, [one for one in kinds if one.name not in COUNTED_ONLY], namespaces)
    extra = [SNAPSHOT_CLASSES] if run.definition.volumes.snapshots else []
    outside = _read_all(cluster, cluster_kinds(resources, extra), [None])
    problems = [read.problem for read in (*inside, *outside) if read.problem]
    if problems:
        raise PreflightError(problems)
    kept = _kept(run, inside, outside)
    counted = [(one, COUNTED_ONLY[one.name]) for one in kinds if one.name in COUNTED_ONLY]
    definitions = [row for one, rows in kept.items() if one.name == DEFINITIONS for row in rows]
    wide = [(one, CLUSTER_WIDE) for one in cluster_wide_kinds(resources, definitions)]
    return Inventory(
        _ledger_forms(run, kept),
        cluster=_cluster_facts(cluster),
        namespaces=namespaces,
        registries=sorted(run.definition.images.hosts),
        image_fields=run.definition.image_fields,
        counted=_count_all(cluster, counted, namespaces) | _count_all(cluster, wide, [None]),
    )


def _refuse_missing(cluster: Cluster, namespaces: Iterable[str]) -> None:
    missing = [name for name in namespaces if not cluster.exists(f"/api/v1/namespaces/{name}")]
    if missing:
        raise PreflightError(
            f"namespace {name}, source cluster: does not exist; correct source.namespaces in the definition"
            for name in missing
        )


def _read_all(cluster: Cluster, resources: list[ApiResource], namespaces: Iterable[str | None]) -> list[Read]:
    wanted = [(resource, namespace) for resource in resources for namespace in namespaces]
    with ThreadPoolExecutor(READERS) as pool, Progress(len(wanted), 0, logger, noun="lists read") as progress:

        def read(entry: tuple[ApiResource, str | None]) -> Read:
            found = _read(cluster, *entry)
            progress.add(items=1)
            return found

        return list(pool.map(read, wanted))


def _read(cluster: Cluster, resource: ApiResource, namespace: str | None) -> Read:
    try:
        return Read(resource, list(cluster.list(resource.path(namespace))))
    except ClusterError as error:
        # An aggregated API may announce a list it does not serve.
        if error.status in {404, 405}:
            logger.warning("%s cannot be listed: %s", resource.name, error)
            return Read(resource, [])
        return Read(resource, [], str(error))


def _count_all(
    cluster: Cluster, kinds: list[tuple[ApiResource, str]], namespaces: Iterable[str | None]
) -> dict[str, dict[str, Any]]:
    """Return how many objects of kinds that stay behind there are, each with the reason."""
    found = {}
    for resource, reason in kinds:
        try:
            count = sum(cluster.count(resource.path(namespace)) for namespace in namespaces)
        except ClusterError as error:
            logger.warning("%s cannot be counted: %s", resource.name, error)
            continue
        if count:
            found[resource.name] = {"count": count, "reason": reason}
    return found


def _kept(run: MigrationRun, inside: list[Read], outside: list[Read]) -> Objects:
    """Return what is written down, kinds without objects left out."""
    kept = _by_resource(inside)
    needs = needs_of((row for rows in kept.values() for row in rows), run.definition.source.namespaces)
    others: dict[str, list[Manifest]] = {}
    by_resource = _by_resource(outside)
    # Bindings before roles: a ClusterRole is needed when a kept binding names it.
    for resource in sorted(by_resource, key=lambda resource: resource.name != BINDINGS):
        others[resource.name] = keep_needed(resource, by_resource[resource], needs, others)
    kept |= {resource: others[resource.name] for resource in by_resource}
    return {resource: rows for resource, rows in sorted(kept.items()) if rows}


def _ledger_forms(run: MigrationRun, kept: Objects) -> Objects:
    services = [row for resource, rows in kept.items() if resource.name == SERVICES for row in rows]
    moves = moves_in(run, run.definition, services)
    return {
        resource: sort_objects(resource, [_ledger_form(row, moves, run.secrets_key) for row in rows])
        for resource, rows in kept.items()
    }


def _usage(cluster: Cluster, inventory: Inventory) -> Usage:
    loads = read_loads(cluster, inventory.namespaces)
    fills = read_fills(cluster, inventory.volumes(), inventory.objects("Pod"))
    return Usage(loads.nodes, loads.pods, fills.volumes, loads.unread + fills.unread)


def _by_resource(reads: list[Read]) -> Objects:
    found: Objects = {}
    for read in reads:
        found.setdefault(read.resource, []).extend(read.objects)
    return found


def _ledger_form(obj: Manifest, moves: tuple[Move, ...], key: bytes) -> Manifest:
    if obj.get("kind") == "Secret" and obj.get("apiVersion") == "v1":
        obj = hide_secret(obj, moves, key)
    metadata = {key: value for key, value in obj.get("metadata", {}).items() if key != "managedFields"}
    trimmed = {**obj, "metadata": metadata}
    if obj.get("kind") == "Node":
        status = {key: value for key, value in (obj.get("status") or {}).items() if key != "images"}
        trimmed["status"] = status
    return trimmed


def _cluster_facts(cluster: Cluster) -> dict[str, Any]:
    return {
        "version": cluster.version().get("gitVersion"),
        "uid": cluster.get("/api/v1/namespaces/kube-system")["metadata"]["uid"],
        "dns": read_dns_settings(cluster),
    }
