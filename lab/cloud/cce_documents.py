"""The documents of CCE: what a cluster, its nodes and add-ons look like to it, told by Kubernetes' own."""

from __future__ import annotations

from typing import Any

_ZONE = "topology.kubernetes.io/zone"
_FLAVOR = "node.kubernetes.io/instance-type"
_KIB_A_GIB = 2**20
# the deployments in kube-system that are add-ons of CCE, with the names these have there
_ADDONS = {"coredns": "coredns", "volume-provisioner": "everest"}


def cluster(
    identity: str, kept: dict[str, Any], phase: str, *, version: str, server: str, created: str
) -> dict[str, Any]:
    """Return the document of a cluster: what was ordered, and what became of it."""
    wanted = kept["spec"]
    spec = {
        "category": "CCE",
        "type": "VirtualMachine",
        "description": "",
        "ipv6enable": False,
        "authentication": {"mode": "rbac"},
        "billingMode": 0,
        "kubeProxyMode": "iptables",
        **wanted,
        "version": version,
        "containerNetwork": {
            "mode": wanted["containerNetwork"]["mode"],
            "cidr": kept["pods"],
            "cidrs": [{"cidr": kept["pods"]}],
        },
        "serviceNetwork": {"IPv4CIDR": kept["services"]},
        "kubernetesSvcIpRange": kept["services"],
    }
    places = [{"url": server, "type": kind} for kind in ("Internal", "External")] if server else []
    return {
        "kind": "Cluster",
        "apiVersion": "v3",
        "metadata": {
            "name": kept["name"],
            "uid": identity,
            "alias": kept["name"],
            **kept["metadata"],
            "creationTimestamp": created,
        },
        "spec": spec,
        "status": {"phase": phase, "jobID": kept["job"], "endpoints": places},
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


def node_in_making(name: str, template: dict[str, Any]) -> dict[str, Any]:
    """Return the document of a node that Kubernetes does not know yet."""
    return {
        "kind": "Node",
        "apiVersion": "v3",
        "metadata": {"name": name, "annotations": {}},
        "spec": {
            "flavor": template["flavor"],
            "az": template["az"],
            "rootVolume": template["rootVolume"],
            "billingMode": 0,
            "count": 1,
            "k8sTags": template.get("k8sTags") or {},
            "runtime": {"name": "containerd"},
        },
        "status": {"phase": "Installing", "serverId": "", "privateIP": ""},
    }


def node_pool(identity: str, kept: dict[str, Any], status: dict[str, Any]) -> dict[str, Any]:
    """Return the document of a pool."""
    return {
        "kind": "NodePool",
        "apiVersion": "v3",
        "metadata": {"name": kept["name"], "uid": identity, **kept["metadata"]},
        "spec": {"type": "vm", "autoscaling": {"enable": False}, **kept["spec"]},
        "status": status,
    }


def default_pool() -> dict[str, Any]:
    """Return the document of the pool that stands for nodes of none; there are none here."""
    return {
        "kind": "NodePool",
        "apiVersion": "v3",
        "metadata": {"name": "DefaultPool", "uid": "DefaultPool"},
        "spec": {"type": "vm", "initialNodeCount": 0, "nodeTemplate": {}, "autoscaling": {"enable": False}},
        "status": {"currentNode": 0, "creatingNode": 0, "activeNode": 0, "phase": ""},
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
