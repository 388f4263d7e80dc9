"""Adapt objects to a rehearsal: names of namespaces inside them, and nothing that a real one holds alone."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from ipaddress import ip_address
from typing import Any

from include.inventory.moved_addresses import Move, rewrite
from include.rehearsal.view import NAME_LABEL

Manifest = dict[str, Any]

BOUND = frozenset({"LoadBalancer", "NodePort"})
BALANCER_FIELDS = (
    "allocateLoadBalancerNodePorts",
    "externalTrafficPolicy",
    "healthCheckNodePort",
    "loadBalancerClass",
    "loadBalancerIP",
    "loadBalancerSourceRanges",
)
# With what the API server would write into it: the comparison of both sides knows nothing else.
HEADLESS = {
    "type": "ClusterIP",
    "clusterIP": "None",
    "internalTrafficPolicy": "Cluster",
    "sessionAffinity": "None",
}
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
ELB_PREFIX = "kubernetes.io/elb."


def as_rehearsed(obj: Manifest, namespaces: Mapping[str, str]) -> Manifest:
    """Return an adapted object as a rehearsal has it; the given one stays as it is, and comes back when nothing changes."""
    change = CHANGES.get(str(obj.get("kind")))
    if change is None:
        return obj
    adapted = copy.deepcopy(obj)
    change(adapted, namespaces)
    return adapted


def endpoint_slice(service: Manifest, moves: Sequence[Move]) -> Manifest | None:
    """Return what gives a Service its address when the name it stood for has become one; None for all others.

    A scratch instance is known by its address alone, and a Service of type ExternalName takes none.
    """
    address = rewrite(str((service.get("spec") or {}).get("externalName") or ""), moves)[0]
    if not _is_address(address):
        return None
    name, namespace = service["metadata"]["name"], service["metadata"]["namespace"]
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {"kubernetes.io/service-name": name, MANAGED_BY: "cce-migration"},
        },
        "addressType": f"IPv{ip_address(address).version}",
        "endpoints": [{"addresses": [address]}],
    }


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _service(obj: Manifest, _: Mapping[str, str]) -> None:
    """Take the way in from outside: an address, a port of the nodes or a listener belongs to the real Service."""
    spec = obj["spec"]
    if _is_address(str(spec.get("externalName") or "")):
        obj["spec"] = dict(HEADLESS)
        return
    for port in spec.get("ports") or []:
        port.pop("nodePort", None)
    if spec.get("type") not in BOUND:
        return
    spec["type"] = "ClusterIP"
    for name in BALANCER_FIELDS:
        spec.pop(name, None)
    annotations = obj["metadata"].get("annotations") or {}
    kept = {name: value for name, value in annotations.items() if not name.startswith(ELB_PREFIX)}
    obj["metadata"]["annotations"] = kept
    if not kept:
        del obj["metadata"]["annotations"]


def _binding(obj: Manifest, namespaces: Mapping[str, str]) -> None:
    for subject in obj.get("subjects") or []:
        if subject.get("namespace") in namespaces:
            subject["namespace"] = namespaces[subject["namespace"]]
        name = str(subject.get("name") or "")
        # The group of all accounts of a namespace, and an account by its user name.
        for namespace, other in namespaces.items():
            if name == f"system:serviceaccounts:{namespace}":
                subject["name"] = f"system:serviceaccounts:{other}"
            elif name.startswith(f"system:serviceaccount:{namespace}:"):
                subject["name"] = name.replace(f":{namespace}:", f":{other}:", 1)


def _network_policy(obj: Manifest, namespaces: Mapping[str, str]) -> None:
    spec = obj.get("spec") or {}
    for direction, ends in (("ingress", "from"), ("egress", "to")):
        for rule in spec.get(direction) or []:
            for peer in rule.get(ends) or []:
                _selector(peer.get("namespaceSelector") or {}, namespaces)


def _pods(obj: Manifest, namespaces: Mapping[str, str]) -> None:
    """Name the rehearsal's namespaces where pods ask to run beside, or apart from, those of others."""
    affinity = (((obj.get("spec") or {}).get("template") or {}).get("spec") or {}).get("affinity") or {}
    for which in ("podAffinity", "podAntiAffinity"):
        terms = affinity.get(which) or {}
        required = terms.get("requiredDuringSchedulingIgnoredDuringExecution") or []
        weighed = terms.get("preferredDuringSchedulingIgnoredDuringExecution") or []
        for term in [*required, *(one["podAffinityTerm"] for one in weighed)]:
            if term.get("namespaces"):
                term["namespaces"] = [namespaces.get(name, name) for name in term["namespaces"]]
            _selector(term.get("namespaceSelector") or {}, namespaces)


def _selector(selector: Manifest, namespaces: Mapping[str, str]) -> None:
    labels = selector.get("matchLabels") or {}
    if labels.get(NAME_LABEL) in namespaces:
        labels[NAME_LABEL] = namespaces[labels[NAME_LABEL]]
    for expression in selector.get("matchExpressions") or []:
        if expression.get("key") == NAME_LABEL:
            expression["values"] = [namespaces.get(name, name) for name in expression.get("values") or []]


CHANGES: dict[str, Callable[[Manifest, Mapping[str, str]], None]] = {
    "Service": _service,
    "ClusterRoleBinding": _binding,
    "RoleBinding": _binding,
    "NetworkPolicy": _network_policy,
    "Deployment": _pods,
    "StatefulSet": _pods,
    "DaemonSet": _pods,
}
