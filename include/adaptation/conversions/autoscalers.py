"""Convert HorizontalPodAutoscalers of autoscaling/v2beta1 and v2beta2, and what autoscalers point to."""

from __future__ import annotations

from typing import Any

from include.adaptation.conversions.workloads import APPS, OLD_APPS, unchanged

AUTOSCALING = "autoscaling/v2"
# Field of v2beta1 -> (type of the target, its field in v2)
TARGETS = {
    "targetAverageUtilization": ("Utilization", "averageUtilization"),
    "targetAverageValue": ("AverageValue", "averageValue"),
    "averageValue": ("AverageValue", "averageValue"),
    "targetValue": ("Value", "value"),
}
SOURCES = ("resource", "containerResource", "pods", "object", "external")


def _from_v2beta1(obj: dict[str, Any]) -> None:
    for metric in obj.setdefault("spec", {}).get("metrics") or []:
        for name in SOURCES:
            if name in metric:
                metric[name] = _source(metric[name])


def _source(old: dict[str, Any]) -> dict[str, Any]:
    """Return the source of a metric as v2 writes it: what is measured stands in `metric`, the aim in `target`."""
    new: dict[str, Any] = {name: old[name] for name in ("name", "container") if name in old}
    if "metricName" in old:
        selector = old.get("metricSelector") or old.get("selector")
        new["metric"] = {"name": old["metricName"], **({"selector": selector} if selector else {})}
    if "target" in old:
        new["describedObject"] = old["target"]
    given = [name for name in TARGETS if name in old]
    if given:
        kind, field = TARGETS[given[0]]
        new["target"] = {"type": kind, field: old[given[0]]}
    return new


def point_to_apps(reference: Any) -> None:
    """Let a reference to a workload in a removed version name apps/v1."""
    if isinstance(reference, dict) and reference.get("apiVersion") in OLD_APPS:
        reference["apiVersion"] = APPS


CONVERSIONS = {
    ("autoscaling/v2beta1", "HorizontalPodAutoscaler"): (AUTOSCALING, _from_v2beta1),
    ("autoscaling/v2beta2", "HorizontalPodAutoscaler"): (AUTOSCALING, unchanged),
}
