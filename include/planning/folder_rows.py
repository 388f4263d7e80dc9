"""Plan the rows of folders of nodes that move into claims."""

from __future__ import annotations

from include.definition import Definition
from include.inventory.host_paths import Folder, find_folders
from include.inventory.quantities import parse_bytes
from include.inventory.store import Inventory
from include.planning.model import PlanItem
from include.planning.rates import predict_seconds


def folder_rows(inventory: Inventory, definition: Definition) -> list[PlanItem]:
    """Return one row per folder; those that cannot be moved are blockers, and get none."""
    folders = find_folders(inventory, definition)
    return [_row(folder) for folder in folders if folder.path and len(folder.nodes) == 1]


def _row(folder: Folder) -> PlanItem:
    wanted, size = folder.wanted, parse_bytes(folder.wanted.size)
    return PlanItem(
        key=f"volumes/{wanted.claim_name}",
        phase="velero_backup_restore",
        kind="volume",
        source=f"folder {folder.path} of node {folder.nodes[0]}, {wanted.workload}",
        target=f"volume {wanted.claim_name} ({wanted.storage_class})",
        action="copy",
        bytes=size,
        predicted_seconds=predict_seconds("volume", size),
        details={
            "plan": "folder of a node into a claim",
            "namespace": wanted.namespace,
            "claim": wanted.claim,
            "pv": None,
            "node": folder.nodes[0],
            "node_path": folder.path,
            "size": size,
            "used": None,
            "storage_class": None,
            "csi_driver": None,
            "access_modes": ["ReadWriteOnce"],
            "pods": list(folder.pods),
            "make": {"storage_class": wanted.storage_class, "size": wanted.size},
        },
    )
