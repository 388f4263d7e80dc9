"""Plan the rows of Kubernetes objects: what is restored, adapted and verified, and what stays behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from include.definition.data import Volumes
from include.inventory.model import VolumeUse, label
from include.inventory.pod_specs import is_custom
from include.inventory.store import Inventory
from include.inventory.webhooks import own_webhooks
from include.planning.exclusions import reason_to_exclude
from include.planning.model import PlanItem
from include.planning.rates import predict_seconds

WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"})

Manifest = dict[str, Any]


def object_rows(inventory: Inventory, choices: Volumes | None = None) -> list[PlanItem]:
    """Return the rows of all objects: restore, adaptation, verification, and one row per reason to exclude.

    :param choices: what the definition decides of single claims.
    """
    rows: list[PlanItem] = []
    left: dict[tuple[str, str, str], list[str]] = {}
    # These have rows of their own: they come last.
    webhooks = {inventory.key_of(obj) for obj in own_webhooks(inventory)}
    for obj in inventory.objects():
        if inventory.key_of(obj) in webhooks:
            continue
        reason = reason_to_exclude(obj, inventory) or _reason_to_leave(obj, choices)
        if reason is None:
            rows += _rows_of(obj, inventory)
        else:
            namespace = obj["metadata"].get("namespace", "")
            left.setdefault((inventory.resource_of(obj).name, namespace, reason), []).append(
                obj["metadata"]["name"]
            )
    rows += [_excluded(*where, names) for where, names in sorted(left.items())]
    return rows + [_counted(name, facts) for name, facts in sorted(inventory.counted.items())]


def volume_rows(
    volumes: list[VolumeUse],
    storage_classes: Mapping[str, str],
    choices: Volumes | None = None,
    snapshot_classes: Mapping[str, str] | None = None,
) -> list[PlanItem]:
    """Return one row per bound claim; an unbound claim has no content and gets none.

    :param choices: what the definition decides of single claims.
    :param snapshot_classes: `namespace/claim` -> VolumeSnapshotClass, of claims that are copied from snapshots.
    """
    snapshot_classes = snapshot_classes or {}
    excluded = set(choices.excluded) if choices else set()
    empty = set(choices.empty) if choices else set()
    bound = [volume for volume in volumes if volume.pv is not None]
    moved = [volume for volume in bound if volume.name not in excluded | empty]
    rows = [_volume_row(one, storage_classes, snapshot_classes.get(one.name)) for one in moved]
    return rows + [_empty_row(volume) for volume in bound if volume.name in empty - excluded]


def _reason_to_leave(obj: Manifest, choices: Volumes | None) -> str | None:
    metadata = obj["metadata"]
    name = f"{metadata.get('namespace')}/{metadata['name']}"
    is_left = choices is not None and obj["kind"] == "PersistentVolumeClaim" and name in choices.excluded
    return "volumes.excluded of the definition names it" if is_left else None


def _rows_of(obj: Manifest, inventory: Inventory) -> list[PlanItem]:
    key, name = inventory.key_of(obj), label(obj)
    resource = inventory.resource_of(obj)
    details = {
        "apiVersion": obj["apiVersion"],
        "kind": obj["kind"],
        "namespace": obj["metadata"].get("namespace"),
        "name": obj["metadata"]["name"],
        "resource": resource.name,
    }
    seconds = predict_seconds("object")

    def row(phase: str, kind: str, source: str, action: Any, predicted: float) -> PlanItem:
        return PlanItem(
            key=key if kind == "object" else f"{kind}/{key}",
            phase=phase,
            kind=kind,
            source=source,
            target=name,
            action=action,
            predicted_seconds=predicted,
            details=details,
        )

    rows = [
        row("velero_backup_restore", "object", name, "copy", seconds),
        row("adaptation", "object", name, "adapt", seconds),
        row("verification", "object", name, "verify", seconds),
    ]
    if obj["kind"] in WORKLOADS and not is_custom(obj):
        rows.append(row("verification", "workload", f"{name} running", "verify", predict_seconds("workload")))
    return rows


def _volume_row(
    volume: VolumeUse, storage_classes: Mapping[str, str], snapshot_class: str | None
) -> PlanItem:
    name = f"{volume.namespace}/{volume.claim}"
    target_class = storage_classes.get(volume.storage_class or "", volume.storage_class or "?")
    return PlanItem(
        key=f"volumes/{name}",
        phase="velero_backup_restore",
        kind="volume",
        source=f"volume {name} ({volume.storage_class})",
        target=f"volume {name} ({target_class})",
        action="copy",
        bytes=volume.bytes_to_move,
        predicted_seconds=predict_seconds("volume", volume.bytes_to_move),
        details={
            "plan": "warm copy from snapshots" if snapshot_class else "warm copy",
            "namespace": volume.namespace,
            "claim": volume.claim,
            "pv": volume.pv,
            "node": volume.node,
            "node_path": volume.node_path,
            "size": volume.capacity_bytes,
            "used": volume.used_bytes,
            "storage_class": volume.storage_class,
            "snapshot_class": snapshot_class,
            "csi_driver": volume.csi_driver,
            "access_modes": list(volume.access_modes),
            "pods": list(volume.pods),
        },
    )


def _empty_row(volume: VolumeUse) -> PlanItem:
    reason = "its claim is made anew and empty, by volumes.empty of the definition"
    return PlanItem(
        key=f"volumes/{volume.name}",
        phase="velero_backup_restore",
        kind="volume",
        source=f"volume {volume.name} ({volume.storage_class})",
        target=f"not migrated: {reason}",
        action="exclude",
        details={
            "plan": "empty",
            "reason": reason,
            "resource": "content of volumes",
            "namespace": volume.namespace,
            "names": [volume.claim],
            "used": 0,
        },
    )


def _excluded(resource: str, namespace: str, reason: str, names: list[str]) -> PlanItem:
    where = f" in {namespace}" if namespace else ""
    amount = names[0] if len(names) == 1 else f"{len(names)}"
    return PlanItem(
        key=f"excluded/{resource}/{namespace}/{reason}",
        phase="velero_backup_restore",
        kind="object",
        source=f"{resource}{where}: {amount} ({reason})",
        target=f"not migrated: {reason}",
        action="exclude",
        details={
            "reason": reason,
            "resource": resource,
            "namespace": namespace or None,
            "names": sorted(names),
        },
    )


def _counted(resource: str, facts: Manifest) -> PlanItem:
    reason = str(facts["reason"])
    return PlanItem(
        key=f"excluded/{resource}/{reason}",
        phase="velero_backup_restore",
        kind="object",
        source=f"{resource}: {facts['count']} ({reason})",
        target=f"not migrated: {reason}",
        action="exclude",
        details={"reason": reason, "resource": resource, "count": facts["count"]},
    )
