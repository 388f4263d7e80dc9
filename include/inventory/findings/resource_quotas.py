"""Quotas that refuse the Jobs which copy volumes, or the volumes themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.definition import Definition
from include.inventory.container_limits import default_limit
from include.inventory.model import Finding, VolumeUse, label
from include.inventory.quantities import parse_quantity
from include.inventory.store import Inventory

RULE = "resource_quota"
SEVERITIES = ("blocker", "warning")
WHY = "The target has the same quota: a mover or a claim it refuses is a volume that does not arrive."
# What one mover needs (include/volumes/manifests.py; a test compares them), in the names of quotas.
NEEDS = {
    "requests.cpu": 0.05,
    "cpu": 0.05,
    "requests.memory": 128 * 2.0**20,
    "memory": 128 * 2.0**20,
    "limits.memory": 2 * 2.0**30,
    "pods": 1.0,
    "count/pods": 1.0,
    "count/jobs.batch": 1.0,
    "secrets": 1.0,
    "count/secrets": 1.0,
}


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report quotas of namespaces with volumes that leave no place for a mover, or for claims raised to the smallest disk."""
    volumes = [volume for volume in inventory.volumes() if volume.pv is not None]
    for quota in inventory.objects("ResourceQuota"):
        spec, namespace = quota.get("spec") or {}, quota["metadata"]["namespace"]
        here = [volume for volume in volumes if volume.namespace == namespace]
        # A quota of a scope counts only some pods.
        if not here or spec.get("scopes") or spec.get("scopeSelector"):
            continue
        hard = {name: parse_quantity(amount) for name, amount in (spec.get("hard") or {}).items()}
        yield from _refusals(quota, hard, default_limit(inventory, namespace, "cpu"))
        yield from _storage(quota, hard, sum(_raised(volume, definition) for volume in here))
        if any(volume.node_path is None for volume in here):
            yield from _shortages(quota, hard)


def _refusals(quota: dict[str, Any], hard: dict[str, float], default_cpu: float | None) -> Iterator[Finding]:
    # A mover sets no limit of CPU. Of what else it does not set, Kubernetes only counts what there is.
    if "limits.cpu" in hard and default_cpu is None:
        yield Finding(
            RULE,
            "blocker",
            label(quota),
            "refuses pods without a limit of CPU, as movers are",
            "add a LimitRange with a default for containers to the namespace, or take limits.cpu out of the quota",
        )
    small = sorted(name for name, need in NEEDS.items() if name in hard and hard[name] < need)
    if small:
        yield Finding(
            RULE,
            "blocker",
            label(quota),
            f"is too small for a mover in {', '.join(small)}",
            "raise it until the migration is done",
        )


def _shortages(quota: dict[str, Any], hard: dict[str, float]) -> Iterator[Finding]:
    """Movers that read through a claim run beside the source's pods."""
    used = {
        name: parse_quantity(amount)
        for name, amount in ((quota.get("status") or {}).get("used") or {}).items()
    }
    short = sorted(
        name
        for name, need in NEEDS.items()
        if name in hard and need <= hard[name] < used.get(name, 0.0) + need
    )
    if short:
        yield Finding(
            RULE,
            "warning",
            label(quota),
            f"has no room left for a mover on the source ({', '.join(short)})",
            "raise it until the migration is done",
        )


def _storage(quota: dict[str, Any], hard: dict[str, float], needed: int) -> Iterator[Finding]:
    allowed = hard.get("requests.storage")
    if allowed is not None and allowed < needed:
        yield Finding(
            RULE,
            "blocker",
            label(quota),
            f"allows {allowed / 2**30:.0f} GiB of claims, which become {needed / 2**30:.0f} GiB with the target's smallest disk",
            "raise requests.storage on the source",
        )


def _raised(volume: VolumeUse, definition: Definition) -> int:
    target = definition.target.storage_classes.get(volume.storage_class or "", "")
    smallest = definition.target.smallest_volume_gib * 2**30 if target.startswith("csi-disk") else 0
    return max(volume.capacity_bytes, smallest)
