"""The documents of CCE: what a cluster, its nodes and add-ons look like to it, told by Kubernetes' own."""

from __future__ import annotations

import uuid
from typing import Any, Protocol

_NOWHERE = str(uuid.UUID(int=0))
_ZONE = "topology.kubernetes.io/zone"
_FLAVOR = "node.kubernetes.io/instance-type"
_KIB_A_GIB = 2**20
# the deployments in kube-system that are add-ons of CCE, with the names these have there
_ADDONS = {"coredns": "coredns", "volume-provisioner": "everest"}


class _Described(Protocol):
    pods: str
    services: str

    @property
    def server(self) -> str: ...

    def version(self) -> str: ...


def cluster(identity: str, name: str, found: _Described, phase: str) -> dict[str, Any]:
    """Return the document of a cluster."""
    is_available = phase == "Available"
    return {
        "kind": "Cluster",
        "apiVersion": "v3",
        "metadata": {"name": name, "uid": identity, "alias": name, "labels": {}, "annotations": {}},
        "spec": {
            "category": "CCE",
            "type": "VirtualMachine",
            "flavor": "cce.s1.small",
            "version": found.version() if is_available else "",
            "description": "",
            "ipv6enable": False,
            "hostNetwork": {"vpc": _NOWHERE, "subnet": _NOWHERE, "SecurityGroup": _NOWHERE},
            "containerNetwork": {"mode": "vpc-router", "cidr": found.pods, "cidrs": [{"cidr": found.pods}]},
            "serviceNetwork": {"IPv4CIDR": found.services},
            "kubernetesSvcIpRange": found.services,
            "authentication": {"mode": "rbac"},
            "billingMode": 0,
            "kubeProxyMode": "iptables",
        },
        "status": {
            "phase": phase,
            "endpoints": [
                {"url": found.server, "type": "Internal"},
                {"url": found.server, "type": "External"},
            ],
        },
    }


def kubeconfig(known: dict[str, Any]) -> dict[str, Any]:
    """Return a kubeconfig as CCE gives it: a context for those inside, and one for those outside.

    The one for those outside does not verify the server, as with an address that its certificate does not name. That
    it is the current one is not confirmed.
    """
    place, user = known["clusters"][0]["cluster"], known["users"][0]["user"]
    inside = {key: place[key] for key in ("server", "certificate-authority-data")}
    return {
        "kind": "Config",
        "apiVersion": "v1",
        "preferences": {},
        "clusters": [
            {"name": "internalCluster", "cluster": inside},
            {
                "name": "externalCluster",
                "cluster": {"server": place["server"], "insecure-skip-tls-verify": True},
            },
        ],
        "users": [{"name": "user", "user": user}],
        "contexts": [
            {"name": "internal", "context": {"cluster": "internalCluster", "user": "user"}},
            {"name": "external", "context": {"cluster": "externalCluster", "user": "user"}},
        ],
        "current-context": "external",
    }


def node(found: dict[str, Any]) -> dict[str, Any]:
    """Return the document of a node. Flavor and disk are what the node tells of itself."""
    meta, labels = found["metadata"], found["metadata"].get("labels", {})
    conditions = {entry["type"]: entry["status"] for entry in found["status"].get("conditions", [])}
    addresses = {entry["type"]: entry["address"] for entry in found["status"].get("addresses", [])}
    return {
        "kind": "Node",
        "apiVersion": "v3",
        "metadata": {
            "name": meta["name"],
            "uid": meta["uid"],
            "annotations": {},
            "creationTimestamp": meta["creationTimestamp"],
        },
        "spec": {
            "flavor": labels.get(_FLAVOR, ""),
            "az": labels.get(_ZONE, ""),
            "os": found["status"].get("nodeInfo", {}).get("osImage", ""),
            "rootVolume": {"size": _disk(found), "volumetype": ""},
            "billingMode": 0,
            "count": 1,
            "k8sTags": labels,
            "runtime": {"name": "containerd"},
        },
        "status": {
            "phase": "Active" if conditions.get("Ready") == "True" else "Abnormal",
            "serverId": found["status"].get("nodeInfo", {}).get("systemUUID", ""),
            "privateIP": addresses.get("InternalIP", ""),
        },
    }


def _disk(found: dict[str, Any]) -> int:
    text = found["status"].get("capacity", {}).get("ephemeral-storage", "0Ki")
    return int(text.removesuffix("Ki")) // _KIB_A_GIB if text.endswith("Ki") else 0


def default_pool(nodes: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the document of the pool that stands for nodes of none."""
    active = sum(node(found)["status"]["phase"] == "Active" for found in nodes)
    return {
        "kind": "NodePool",
        "apiVersion": "v3",
        "metadata": {"name": "DefaultPool", "uid": "DefaultPool"},
        "spec": {"type": "vm", "initialNodeCount": 0, "nodeTemplate": {}, "autoscaling": {"enable": False}},
        "status": {"currentNode": len(nodes), "creatingNode": 0, "activeNode": active, "phase": ""},
    }


def addon(deployment: dict[str, Any], cluster_id: str, kubernetes: str) -> dict[str, Any] | None:
    """Return the document of an add-on, or None for a deployment that is none."""
    meta, status = deployment["metadata"], deployment.get("status", {})
    name = _ADDONS.get(meta["name"])
    if name is None:
        return None
    image = deployment["spec"]["template"]["spec"]["containers"][0]["image"]
    version = image.rpartition(":")[2]
    created = meta["creationTimestamp"]
    supported = [{"clusterType": "VirtualMachine", "clusterVersion": [kubernetes]}]
    return {
        "kind": "Addon",
        "apiVersion": "v3",
        "metadata": {
            "uid": meta["uid"],
            "name": name,
            "alias": name,
            "labels": {},
            "annotations": {},
            "creationTimestamp": created,
            "updateTimestamp": created,
        },
        "spec": {
            "clusterID": cluster_id,
            "version": version,
            "addonTemplateName": name,
            "addonTemplateType": "helm",
            "description": "",
            "values": {"basic": {}, "custom": {}, "flavor": {}},
        },
        "status": {
            "status": "running" if status.get("availableReplicas") else "abnormal",
            "Reason": "",
            "message": "",
            "currentVersion": {
                "version": version,
                "input": {},
                "stable": True,
                "translate": {},
                "supportVersions": supported,
                "creationTimestamp": created,
                "updateTimestamp": created,
            },
        },
    }
