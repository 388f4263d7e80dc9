"""Mount the claim that a folder of a node was moved into."""

from __future__ import annotations

import copy
from typing import Any

from include.adaptation.context import AdaptationContext
from include.inventory.model import label
from include.inventory.pod_specs import pod_spec

REASON = "A pod on CCE would find an empty folder of another node: the content was moved into a claim."
SOURCE = "Open Telekom Cloud, CCE best practice cce_bestpractice_0307: hostPath volumes are not migrated with the cluster"


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at workloads that mount folders of their node."""
    return any(volume.get("hostPath") for volume in (pod_spec(obj) or {}).get("volumes") or [])


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the workload with claims in place of the folders that the definition moves."""
    claims = {
        wanted.volume: wanted.claim
        for wanted in context.definition.volumes.host_paths
        if wanted.workload == label(obj)
    }
    adapted = copy.deepcopy(obj)
    for volume in (pod_spec(adapted) or {}).get("volumes") or []:
        if volume.get("hostPath") and volume["name"] in claims:
            del volume["hostPath"]
            volume["persistentVolumeClaim"] = {"claimName": claims[volume["name"]]}
    return adapted
