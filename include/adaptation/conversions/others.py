"""Convert what changed its version and few or no fields: budgets, RBAC, classes, slices, leases, flow control."""

from __future__ import annotations

from typing import Any

from include.adaptation.conversions.workloads import unchanged

# policy/v1beta1 took an empty selector for none; policy/v1 takes it for all. Kubernetes itself writes this label, which no
# pod has, when it reads such a budget by the new version.
NO_POD = "pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match"
HOSTNAME, ZONE = "kubernetes.io/hostname", "topology.kubernetes.io/zone"

RBAC = ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")
STORAGE = ("StorageClass", "CSIDriver", "CSINode", "CSIStorageCapacity", "VolumeAttachment")
FLOW_SCHEMAS = ("v1beta1", "v1beta2", "v1beta3")


def _budget(obj: dict[str, Any]) -> None:
    spec = obj.setdefault("spec", {})
    if not spec.get("selector"):
        spec["selector"] = {"matchExpressions": [{"key": NO_POD, "operator": "Exists"}]}


def _slice(obj: dict[str, Any]) -> None:
    for endpoint in obj.get("endpoints") or []:
        topology = endpoint.pop("topology", None) or {}
        for label_name, field in ((HOSTNAME, "nodeName"), (ZONE, "zone")):
            if label_name in topology:
                endpoint.setdefault(field, topology[label_name])


def _priority_level(obj: dict[str, Any]) -> None:
    limited = obj.get("spec", {}).get("limited") or {}
    if "assuredConcurrencyShares" in limited:
        limited["nominalConcurrencyShares"] = limited.pop("assuredConcurrencyShares")


def _runtime_class(obj: dict[str, Any]) -> None:
    """Lift what v1alpha1 had in its spec."""
    spec = obj.pop("spec", None) or {}
    if "runtimeHandler" in spec:
        obj["handler"] = spec.pop("runtimeHandler")
    obj.update(spec)


CONVERSIONS = {
    ("policy/v1beta1", "PodDisruptionBudget"): ("policy/v1", _budget),
    **{
        (f"rbac.authorization.k8s.io/{version}", kind): ("rbac.authorization.k8s.io/v1", unchanged)
        for version in ("v1beta1", "v1alpha1")
        for kind in RBAC
    },
    **{("storage.k8s.io/v1beta1", kind): ("storage.k8s.io/v1", unchanged) for kind in STORAGE},
    **{
        (f"scheduling.k8s.io/{version}", "PriorityClass"): ("scheduling.k8s.io/v1", unchanged)
        for version in ("v1beta1", "v1alpha1")
    },
    **{
        (f"flowcontrol.apiserver.k8s.io/{version}", "FlowSchema"): (
            "flowcontrol.apiserver.k8s.io/v1",
            unchanged,
        )
        for version in FLOW_SCHEMAS
    },
    **{
        (f"flowcontrol.apiserver.k8s.io/{version}", "PriorityLevelConfiguration"): (
            "flowcontrol.apiserver.k8s.io/v1",
            _priority_level,
        )
        for version in FLOW_SCHEMAS
    },
    ("coordination.k8s.io/v1beta1", "Lease"): ("coordination.k8s.io/v1", unchanged),
    ("discovery.k8s.io/v1beta1", "EndpointSlice"): ("discovery.k8s.io/v1", _slice),
    ("node.k8s.io/v1beta1", "RuntimeClass"): ("node.k8s.io/v1", unchanged),
    ("node.k8s.io/v1alpha1", "RuntimeClass"): ("node.k8s.io/v1", _runtime_class),
    ("apiregistration.k8s.io/v1beta1", "APIService"): ("apiregistration.k8s.io/v1", unchanged),
}
