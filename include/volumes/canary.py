"""Send a tiny claim the way of the volumes before any volume goes: the same movers, classes, nodes, addresses and login."""

from __future__ import annotations

import hashlib
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.adaptation.context import AdaptationContext
from include.adaptation.rules.claims import apply as adapt_claim
from include.conditions import met_conditions
from include.errors import ObjectExistsError, ProofError
from include.inventory.store import load_inventory
from include.inventory.volumes import find_volumes
from include.planning.object_rows import volume_rows as rows_of
from include.velero.names import NAMESPACE, NAMESPACE_PATH, owned
from include.volumes.copying import make_repository, start_both, volume_rows
from include.volumes.manifests import Mover, claim
from include.volumes.movers import OF_ONE_NODE
from include.volumes.names import mover_labels, mover_name
from include.volumes.output import Tree, read_tree
from include.volumes.repository import repository_settings
from include.volumes.running import run_mover

if TYPE_CHECKING:
    from include.clusters import Cluster
    from include.planning.model import PlanItem
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

DOCUMENT = "volumes-canary"
STATIC = "kubernetes.io/no-provisioner"
CLAIMS = f"{NAMESPACE_PATH}/persistentvolumeclaims"

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Canary:
    """Be a claim of one class of the source, as large as the smallest volume of that class."""

    name: str
    storage_class: str
    access_modes: tuple[str, ...]
    size_bytes: int

    @property
    def manifest(self) -> Manifest:
        """Return the claim on the source."""
        return {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": self.name, "namespace": NAMESPACE},
            "spec": {
                "accessModes": list(self.access_modes),
                "storageClassName": self.storage_class,
                "resources": {"requests": {"storage": str(self.size_bytes)}},
            },
        }


def prove_volume_canaries(run: MigrationRun) -> int:
    """Write, back up, restore and compare a claim of each class that volumes are moved from; return how many there were.

    Left out are classes that make no volumes by themselves, and those of shares, which may need volumes made by hand.

    :raises ProofError: when a node with volumes is not ready, or what arrived differs.
    :raises MigrationError: when a mover could not run, with the reason.
    """
    rows = volume_rows(run)
    refuse_silent_nodes(run.source, rows)
    found = canaries(run, rows)
    if found:
        make_repository(run)
    trees = {one.storage_class: _send(run, one) for one in found}
    run.ledger.write(DOCUMENT, {name: [tree.as_json() for tree in pair] for name, pair in trees.items()})
    problems = [
        f"StorageClass {name}: a claim of it arrived as {target}, and left as {source}; compare both clusters' classes"
        for name, (source, target) in trees.items()
        if source != target
    ]
    if problems:
        raise ProofError(problems, "the canary of the volumes did not arrive")
    return len(found)


def refuse_silent_nodes(cluster: Cluster, rows: list[PlanItem]) -> None:
    """Raise when a mover could not run on a node where volumes lie.

    :raises ProofError: with every such node.
    """
    nodes = {row.details["node"] for row in rows if row.details.get("node_path") and row.details.get("node")}
    silent = [
        name for name in sorted(nodes) if "Ready" not in met_conditions(cluster.find(f"/api/v1/nodes/{name}"))
    ]
    if silent:
        raise ProofError(
            [
                f"Node {name}, {cluster.name} cluster: is not ready, and volumes lie on it; repair it first"
                for name in silent
            ],
            "volumes out of reach",
        )


def canaries(run: MigrationRun, rows: list[PlanItem]) -> list[Canary]:
    """Return one for each class of the planned volumes that makes volumes for claims, of those that one node mounts."""
    classes = load_inventory(run.ledger).objects("StorageClass")
    making = {one["metadata"]["name"] for one in classes if one.get("provisioner") != STATIC}
    smallest: dict[str, PlanItem] = {}
    for row in sorted(rows, key=lambda row: int(row.details["size"]), reverse=True):
        name = row.details.get("storage_class")
        if isinstance(name, str) and name in making and set(row.details["access_modes"]) <= OF_ONE_NODE:
            smallest[name] = row
    return [
        Canary(
            f"cce-canary-{run.short_id}-{index}",
            name,
            tuple(row.details["access_modes"]),
            row.details["size"],
        )
        for index, (name, row) in enumerate(sorted(smallest.items()))
    ]


def _send(run: MigrationRun, one: Canary) -> tuple[Tree, Tree]:
    started = time.monotonic()
    on_target = adapt_claim(one.manifest, AdaptationContext(run.definition, (), str, ()))
    try:
        _make(run, run.source, one.manifest)
        run_mover(run.source, _seed_mover(run, one), {})
        _make(run, run.target, on_target)
        source, target = start_both(run, _row(run, one), "final")
    finally:
        for cluster in (run.source, run.target):
            remove_claim(cluster, one.name)
    logger.info(
        "A claim of class %s went to class %s and back, %.0f s",
        one.storage_class,
        on_target["spec"].get("storageClassName"),
        time.monotonic() - started,
    )
    return read_tree(source), read_tree(target)


def _make(run: MigrationRun, cluster: Cluster, manifest: Manifest) -> None:
    metadata = {**manifest["metadata"], "labels": owned(run.definition)}
    try:
        cluster.create({**manifest, "metadata": metadata})
    except ObjectExistsError:
        logger.debug("%s is there already", manifest["metadata"]["name"])


def _seed_mover(run: MigrationRun, one: Canary) -> Mover:
    name = mover_name(run, "seed", one.name)
    token = hashlib.sha256(f"{one.name} {time.time_ns()}".encode()).hexdigest()
    return Mover(
        name=name,
        namespace=NAMESPACE,
        script="seed",
        image=run.definition.volumes.mover_image,
        labels=mover_labels(run.definition, name),
        volume=claim(one.name, read_only=False),
        read_only=False,
        settings={**repository_settings(run), "TOKEN": token},
    )


def _row(run: MigrationRun, one: Canary) -> PlanItem:
    """Return the plan's row that the claim would have, found as the inventory finds volumes."""
    bound = run.source.get(f"{CLAIMS}/{one.name}")
    volume = run.source.get(f"/api/v1/persistentvolumes/{bound['spec']['volumeName']}")
    found = find_volumes([bound], [volume], [], run.source.list("/api/v1/nodes"))
    (row,) = rows_of(found, run.definition.target.storage_classes)
    return row


def remove_claim(cluster: Cluster, name: str) -> None:
    """Remove a canary with its volume, also where the class keeps volumes."""
    seen = cluster.find(f"{CLAIMS}/{name}")
    volume = ((seen or {}).get("spec") or {}).get("volumeName")
    if volume:
        _let_volume_go(cluster, f"/api/v1/persistentvolumes/{volume}")
    cluster.delete(f"{CLAIMS}/{name}")


def _let_volume_go(cluster: Cluster, path: str) -> None:
    policy = ((cluster.find(path) or {}).get("spec") or {}).get("persistentVolumeReclaimPolicy")
    if policy not in {None, "Delete"}:
        cluster.patch(path, {"spec": {"persistentVolumeReclaimPolicy": "Delete"}})
