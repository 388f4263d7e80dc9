"""Convert workloads of extensions/v1beta1, apps/v1beta1 and apps/v1beta2, and CronJobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

APPS = "apps/v1"
OLD_APPS = ("extensions/v1beta1", "apps/v1beta1", "apps/v1beta2")
# These left running pods alone unless somebody said otherwise; apps/v1 replaces them.
ON_DELETE = {("extensions/v1beta1", "DaemonSet"), ("apps/v1beta1", "StatefulSet")}


def _workload(obj: dict[str, Any]) -> None:
    """Name the selector, which was taken from the template's labels, and drop what has gone."""
    spec = obj.setdefault("spec", {})
    for gone in ("rollbackTo", "templateGeneration"):
        spec.pop(gone, None)
    labels = (spec.get("template", {}).get("metadata") or {}).get("labels")
    if not spec.get("selector") and labels:
        spec["selector"] = {"matchLabels": dict(labels)}


def _left_alone(obj: dict[str, Any]) -> None:
    _workload(obj)
    obj["spec"].setdefault("updateStrategy", {"type": "OnDelete"})


def unchanged(obj: dict[str, Any]) -> None:
    """Leave the fields as they are: the versions differ by name alone."""


def _converter(place: tuple[str, str]) -> Callable[[dict[str, Any]], None]:
    return _left_alone if place in ON_DELETE else _workload


CONVERSIONS = {
    (version, kind): (APPS, _converter((version, kind)))
    for version in OLD_APPS
    for kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
} | {
    **{(version, "ControllerRevision"): (APPS, unchanged) for version in OLD_APPS[1:]},
    **{(f"batch/{version}", "CronJob"): ("batch/v1", unchanged) for version in ("v1beta1", "v2alpha1")},
}
