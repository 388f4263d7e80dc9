"""Node pools and nodes of a cluster of CCE."""

from __future__ import annotations

import re
import uuid
from typing import Any

from lab.addresses import ZONES
from lab.cloud import cce_documents as documents
from lab.cloud.calls import Answer, Call, Operation, Region, document_in
from lab.cloud.cce_backend import NODE_POOLS, ClusterBackend, NodeWish
from lab.cloud.cce_clusters import Clusters
from lab.cloud.cce_jobs import Jobs
from lab.cloud.cce_refusals import missing, refuse_wrong, taken, without_servers

CREATE, DELETE = "CreateNodePool", "DeleteNodePool"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,48}[a-z0-9]")
_SMALLEST_ROOT, _SMALLEST_DATA, _LARGEST_ROOT, _LARGEST_DATA = 40, 20, 1024, 32768
_DISK_TYPES = {"SATA", "SAS", "SSD", "GPSSD", "ESSD", "GPSSD2"}


class NodePools:
    """The pools, each with the names of its nodes."""

    def __init__(self, region: Region, backend: ClusterBackend, clusters: Clusters, jobs: Jobs) -> None:
        self._region = region
        self._backend = backend
        self._clusters = clusters
        self._jobs = jobs
        jobs.define(CREATE, lambda _: backend.start())
        jobs.define(DELETE, self._delete)

    def operations(self) -> list[Operation]:
        """Return the operations."""
        one = "/api/v3/projects/{project_id}/clusters/{cluster_id}"
        pools, nodes = f"{one}/nodepools", f"{one}/nodes"
        return [
            Operation("cce.create_node_pool", "POST", pools, self.create, takes_time=True),
            Operation("cce.list_node_pools", "GET", pools, self.list),
            Operation("cce.show_node_pool", "GET", f"{pools}/{{nodepool_id}}", self.show),
            Operation("cce.delete_node_pool", "DELETE", f"{pools}/{{nodepool_id}}", self.delete),
            Operation("cce.list_nodes", "GET", nodes, self.list_nodes),
            Operation("cce.show_node", "GET", f"{nodes}/{{node_id}}", self.show_node),
        ]

    def create(self, call: Call) -> Answer:
        """Order a pool with its nodes."""
        cluster, wanted = call["cluster_id"], call.document()
        self._clusters.need_available(cluster)
        wishes = _read_order(wanted, self._backend)
        name = wanted["metadata"]["name"]
        with self._region.store.change(NODE_POOLS) as known:
            if any(kept["name"] == name for kept in known.values()):
                raise taken()
            if len(wishes) > self._backend.free_nodes():
                raise without_servers()
            names = [] if call.fate else self._backend.order_nodes(wishes)
            identity = str(uuid.uuid4())
            known[identity] = {
                "name": name,
                "cluster": cluster,
                "spec": _without_login(wanted["spec"]),
                "metadata": {"annotations": wanted["metadata"].get("annotations") or {}},
                "nodes": names,
                "created": self._region.clock.now(),
                "job": "",
            }
        job = self._jobs.start(CREATE, cluster, identity, call.fate)
        with self._region.store.change(NODE_POOLS) as known:
            known[identity]["job"] = job
        document = self._document(identity, self._kept(call, identity))
        # only who asks later is told the job
        del document["status"]["jobId"]
        return Answer(document, status=201)

    def _kept(self, call: Call, identity: str) -> dict[str, Any]:
        self._clusters.kept(call["cluster_id"])
        found = self._region.store.all(NODE_POOLS).get(identity)
        if found is None:
            raise missing()
        return found

    def _document(self, identity: str, kept: dict[str, Any]) -> dict[str, Any]:
        state = self._jobs.phase(kept["job"]) if kept["job"] else "Running"
        active = self._active() & set(kept["nodes"])
        wanted = kept["spec"].get("initialNodeCount", 0)
        status = {
            "currentNode": wanted if state != "Failed" else 0,
            "creatingNode": wanted - len(active) if state == "Running" else 0,
            "deletingNode": 0,
            "activeNode": len(active),
            "phase": {"Running": "Synchronizing", "Failed": "Error"}.get(state, ""),
            "jobId": kept["job"],
            "conditions": [],
        }
        return documents.node_pool(identity, kept, status)

    def _active(self) -> set[str]:
        return {document["metadata"]["name"] for document in self._nodes() if _is_active(document)}

    def list(self, call: Call) -> Answer:
        """List the pools; the one that stands for nodes of none only if it is asked for."""
        self._clusters.kept(call["cluster_id"])
        found = [self._document(key, kept) for key, kept in self._region.store.all(NODE_POOLS).items()]
        if call.first("showDefaultNodePool") == "true":
            found.insert(0, documents.default_pool())
        return Answer({"kind": "List", "apiVersion": "v3", "items": found})

    def show(self, call: Call) -> Answer:
        """Show a pool."""
        return Answer(self._document(call["nodepool_id"], self._kept(call, call["nodepool_id"])))

    def delete(self, call: Call) -> Answer:
        """Remove a pool with its nodes."""
        identity = call["nodepool_id"]
        kept = self._kept(call, identity)
        job = self._jobs.start(DELETE, kept["cluster"], identity)
        document = self._document(identity, kept)
        document["status"] = {"currentNode": len(kept["nodes"]), "phase": "Deleting", "jobId": job}
        return Answer(document)

    def _delete(self, identity: str) -> None:
        kept = self._region.store.all(NODE_POOLS).get(identity)
        if kept is not None:
            self._backend.remove_nodes(kept["nodes"])
            with self._region.store.change(NODE_POOLS) as known:
                known.pop(identity, None)

    def _nodes(self) -> list[dict[str, Any]]:
        """Return the documents of the nodes: also of those that Kubernetes does not know yet."""
        known = self._backend.nodes() if self._backend.is_available() else []
        found = {one["metadata"]["name"]: documents.node(one) for one in known}
        for pool, kept in self._region.store.all(NODE_POOLS).items():
            for name in kept["nodes"]:
                found.setdefault(name, documents.node_in_making(name, kept["spec"]["nodeTemplate"]))
                found[name]["metadata"]["uid"] = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{pool} {name}"))
        return [found[name] for name in sorted(found)]

    def list_nodes(self, call: Call) -> Answer:
        """List the nodes."""
        self._clusters.kept(call["cluster_id"])
        return Answer({"kind": "List", "apiVersion": "v3", "items": self._nodes()})

    def show_node(self, call: Call) -> Answer:
        """Show a node."""
        self._clusters.kept(call["cluster_id"])
        for document in self._nodes():
            if document["metadata"]["uid"] == call["node_id"]:
                return Answer(document)
        raise missing()


def _is_active(document: dict[str, Any]) -> bool:
    return bool(document["status"]["phase"] == "Active")


def _without_login(spec: dict[str, Any]) -> dict[str, Any]:
    """Return an order's specification without the password it may bring: nobody gets to see it again."""
    login = document_in(document_in(spec, "nodeTemplate"), "login")
    kept = {"sshKey": login["sshKey"]} if "sshKey" in login else {}
    return spec | {"nodeTemplate": spec["nodeTemplate"] | {"login": kept}}


def _read_order(wanted: dict[str, Any], backend: ClusterBackend) -> list[NodeWish]:
    """Return the nodes that a valid order asks for.

    Raises:
        RefusalError: the order is not one that CCE takes.
    """
    spec, name = document_in(wanted, "spec"), str(document_in(wanted, "metadata").get("name", ""))
    template, count = document_in(spec, "nodeTemplate"), spec.get("initialNodeCount", 0)
    login = document_in(template, "login")
    zone = template.get("az")
    refuse_wrong({
        "kind": wanted.get("kind") == "NodePool",
        "metadata.name": _NAME.fullmatch(name),
        "spec.initialNodeCount": isinstance(count, int) and count >= 0,
        "spec.nodeTemplate.az": zone in {"random", *ZONES},
        "spec.nodeTemplate.login": login.get("sshKey") or login.get("userPassword"),
        "spec.nodeTemplate volumes": _are_disks_good(template),
        "spec.nodeTemplate.flavor": backend.has_flavor(str(template.get("flavor", ""))),
    })
    labels, taints = document_in(template, "k8sTags"), tuple(template.get("taints") or ())
    zones = ZONES if zone == "random" else (zone,)
    return [
        NodeWish(template["flavor"], zones[number % len(zones)], labels, taints) for number in range(count)
    ]


def _are_disks_good(template: dict[str, Any]) -> bool:
    root, data = document_in(template, "rootVolume"), template.get("dataVolumes") or []
    return _is_disk(root, _SMALLEST_ROOT, _LARGEST_ROOT) and all(
        _is_disk(disk, _SMALLEST_DATA, _LARGEST_DATA) for disk in data
    )


def _is_disk(disk: dict[str, Any], smallest: int, largest: int) -> bool:
    size = disk.get("size")
    return isinstance(size, int) and smallest <= size <= largest and disk.get("volumetype") in _DISK_TYPES
