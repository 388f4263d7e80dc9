"""Find the objects that start pods, each once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from include.adaptation.hold import can_be_held
from include.inventory.field_paths import custom_values
from include.inventory.owners import controller_reference, is_finished, own_objects
from include.inventory.pod_specs import CustomPod, pod_spec

if TYPE_CHECKING:
    from include.definition import Definition
    from include.inventory.store import Inventory

SPEC, METADATA = "spec", "metadata"

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


def migrated_pods(inventory: Inventory, definition: Definition) -> Iterator[tuple[Manifest, Manifest]]:
    """Yield every migrated workload with its pod spec, and every custom resource with each that `adaptation.pod_specs` names.

    An operator makes its pods of the custom resource again, whatever became of those it has made: what is wrong has to be put right
    there.
    """
    yield from migrated_workloads(inventory)
    for one in _custom_pods(own_objects(inventory), definition):
        yield one, one.pod


def own_pods(inventory: Inventory, definition: Definition) -> Iterator[Manifest]:
    """Yield the objects that no controller makes, and in the place of pods each custom resource that holds a pod spec."""
    objects = own_objects(inventory)
    yield from objects
    yield from _custom_pods(objects, definition)


def _custom_pods(objects: Iterable[Manifest], definition: Definition) -> Iterator[CustomPod]:
    for obj in objects:
        for node, key, spec in custom_values(obj, definition.adaptation.pod_specs):
            template = node.get(METADATA) if key == SPEC and isinstance(node, dict) else None
            if isinstance(spec, dict):
                yield CustomPod(obj, spec, template if isinstance(template, dict) else {})
