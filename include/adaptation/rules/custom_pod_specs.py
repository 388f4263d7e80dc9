"""Adapt the pod specs inside custom resources, where the definition says they are, as those of Deployments are."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from include.adaptation.context import AdaptationContext
from include.adaptation.rules import (
    moved_addresses,
    node_choice,
    pod_classes,
    pull_secret,
    tolerations,
    topology_keys,
)
from include.inventory.field_paths import custom_values
from include.inventory.pod_specs import is_custom

REASON = (
    "An operator makes pods of what its custom resource says: where adaptation.pod_specs names that place, it is adapted like the "
    "pod template of a Deployment."
)
SOURCE = "Open Telekom Cloud, CCE user guide, cce_10_0388 and cce_10_0004, as for other pods"
# What changes pods by their spec alone; images in custom resources are found by the rule for images.
PARTS = (moved_addresses, node_choice, pod_classes, pull_secret, tolerations, topology_keys)
# A part of a pod spec that names neither has no place for a login.
WITH_LOGIN = ("containers", "imagePullSecrets")

Manifest = dict[str, Any]


def applies_to(obj: Manifest) -> bool:
    """Look at custom resources."""
    return is_custom(obj)


def apply(obj: Manifest, context: AdaptationContext) -> Manifest:
    """Return the object with every pod spec adapted that the definition names."""
    adapted = copy.deepcopy(obj)
    for node, key, spec in list(custom_values(adapted, context.definition.adaptation.pod_specs)):
        if isinstance(spec, dict):
            node[key] = _adapted(spec, obj["metadata"], context)
    return adapted


def _adapted(spec: Manifest, metadata: Manifest, context: AdaptationContext) -> Manifest:
    pod: Manifest = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
    for rule in _rules(spec, context):
        if rule.applies_to(pod):
            pod = rule.apply(pod, context)
    return dict(pod["spec"])


def _rules(spec: Manifest, context: AdaptationContext) -> Iterator[ModuleType]:
    disabled = context.definition.adaptation.disabled
    for rule in PARTS:
        is_off = rule.__name__.rpartition(".")[2] in disabled
        if not is_off and (rule is not pull_secret or any(name in spec for name in WITH_LOGIN)):
            yield rule
