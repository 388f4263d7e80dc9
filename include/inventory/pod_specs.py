"""Find the pod specs inside Kubernetes objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.definition.model import CONTAINER_LISTS

# Where each kind keeps its pod spec.
PATHS: dict[str, tuple[str, ...]] = {
    "Pod": ("spec",),
    "PodTemplate": ("template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "Deployment": ("spec", "template", "spec"),
    "StatefulSet": ("spec", "template", "spec"),
    "DaemonSet": ("spec", "template", "spec"),
    "ReplicaSet": ("spec", "template", "spec"),
    "ReplicationController": ("spec", "template", "spec"),
    "Job": ("spec", "template", "spec"),
}
BUILT_IN_GROUPS = frozenset({"", "apps", "batch", "autoscaling", "policy", "extensions"})


class CustomPod(dict[str, Any]):
    """Be a custom resource in the place of the pods that its operator makes of one of its fields.

    :param pod: the field: a pod spec, or a part of one.
    :param template: the metadata of the pods, where the custom resource has it beside the spec.
    """

    def __init__(self, obj: dict[str, Any], pod: dict[str, Any], template: dict[str, Any]) -> None:
        super().__init__(obj)
        self.pod = pod
        self.template = template


def api_group(obj: dict[str, Any]) -> str:
    """Return the API group of an object, empty for the core group."""
    group, slash, _ = str(obj.get("apiVersion", "")).partition("/")
    return group if slash else ""


def is_built_in(group: str) -> bool:
    """Say whether an API group is Kubernetes' own."""
    return group in BUILT_IN_GROUPS or group.endswith(".k8s.io")


def is_custom(obj: dict[str, Any]) -> bool:
    """Say whether an object's kind comes from a CustomResourceDefinition (or an aggregated API)."""
    return not is_built_in(api_group(obj))


def pod_spec(obj: dict[str, Any]) -> dict[str, Any] | None:
    """Return the pod spec inside an object, not a copy; None for a kind without one."""
    if isinstance(obj, CustomPod):
        return obj.pod
    if is_custom(obj):
        return None
    node: Any = obj
    for step in PATHS.get(str(obj.get("kind")), ("",)):
        node = node.get(step) if isinstance(node, dict) else None
    return node if isinstance(node, dict) else None


def pod_metadata(obj: dict[str, Any]) -> dict[str, Any]:
    """Return labels and annotations the pods of an object get: its template's metadata; empty for a kind without one."""
    if isinstance(obj, CustomPod):
        return obj.template
    node: Any = obj if not is_custom(obj) else {}
    for step in PATHS.get(str(obj.get("kind")), ("",))[:-1]:
        node = node.get(step) if isinstance(node, dict) else None
    found = (node or {}).get("metadata") if isinstance(node, dict) else None
    return found if isinstance(found, dict) and pod_spec(obj) is not None else {}


def containers(obj: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every container of an object's pod spec, init and ephemeral ones included, not copies."""
    spec = pod_spec(obj) or {}
    for name in CONTAINER_LISTS:
        yield from spec.get(name) or []
