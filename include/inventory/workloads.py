"""Find the objects that start pods, each once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.adaptation.hold import can_be_held
from include.inventory.owners import controller_reference, is_finished
from include.inventory.pod_specs import pod_spec
from include.inventory.store import Inventory

Manifest = dict[str, Any]


def migrated_workloads(inventory: Inventory) -> Iterator[tuple[Manifest, Manifest]]:
    """Yield every workload that is migrated, with its pod spec.

    Left out are what has ended and what another workload makes, such as the Jobs of a CronJob. What an operator made of a
    custom resource is migrated, too.
    """
    for obj in inventory.objects():
        owner = controller_reference(obj)
        is_made_here = owner is not None and can_be_held(owner)
        if can_be_held(obj) and not is_finished(obj) and not is_made_here:
            yield obj, pod_spec(obj) or {}
