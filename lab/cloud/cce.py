"""CCE v3: the cluster that exists, its nodes and add-ons, and a kubeconfig that works.

Clusters and nodes cannot be made here: who orders one gets CCE's refusal of an exceeded quota.
"""

from __future__ import annotations

import uuid
from typing import Any, Protocol

from lab.cloud import cce_documents as documents
from lab.cloud.calls import Answer, Call, Operation, Region, document_in
from lab.cloud.refusals import RefusalError, by_cce

_LONGEST_DAYS = 1827
_FOR_FIVE_YEARS = -1


class ExistingCluster(Protocol):
    """The cluster behind CCE."""

    pods: str
    services: str

    @property
    def server(self) -> str:
        """Return the address of its API server."""

    def is_there(self) -> bool:
        """Say whether it was made."""

    def document(self) -> dict[str, Any]:
        """Return its administrator's kubeconfig."""

    def is_available(self) -> bool:
        """Say whether its API server is ready."""

    def version(self) -> str:
        """Return the version of Kubernetes as CCE writes it."""

    def nodes(self) -> list[dict[str, Any]]:
        """Return the nodes as Kubernetes has them."""

    def deployments(self) -> list[dict[str, Any]]:
        """Return the deployments that make the cluster work."""


class Cce:
    """CCE's interface; `name` is that of the cluster."""

    def __init__(self, region: Region, cluster: ExistingCluster, name: str) -> None:
        self._region = region
        self._cluster = cluster
        self._name = name
        self._id = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"cluster {name}"))

    def operations(self) -> list[Operation]:
        """Return the operations."""
        project = "/api/v3/projects/{project_id}"
        one = f"{project}/clusters/{{cluster_id}}"
        pools, nodes = f"{one}/nodepools", f"{one}/nodes"
        return [
            Operation("cce.create_cluster", "POST", f"{project}/clusters", self.create_cluster),
            Operation("cce.list_clusters", "GET", f"{project}/clusters", self.list_clusters),
            Operation("cce.show_cluster", "GET", one, self.show_cluster),
            Operation(
                "cce.create_kubernetes_cluster_cert", "POST", f"{one}/clustercert", self.give_kubeconfig
            ),
            Operation("cce.show_cluster_endpoints", "GET", f"{one}/openapi", self.show_endpoints),
            Operation("cce.create_node_pool", "POST", pools, self.create_node_pool),
            Operation("cce.list_node_pools", "GET", pools, self.list_node_pools),
            Operation("cce.list_nodes", "GET", nodes, self.list_nodes),
            Operation("cce.show_node", "GET", f"{nodes}/{{node_id}}", self.show_node),
            Operation("cce.show_job", "GET", f"{project}/jobs/{{job_id}}", self.show_job),
            Operation("cce.show_quotas", "GET", f"{project}/quotas", self.show_quotas),
            Operation("cce.list_addon_instances", "GET", "/api/v3/addons", self.list_addons),
            Operation("cce.show_addon_instance", "GET", "/api/v3/addons/{id}", self.show_addon),
        ]

    def _ids(self) -> list[str]:
        return [self._id] if self._cluster.is_there() else []

    def _need_cluster(self, identity: str) -> None:
        if identity not in self._ids():
            raise _missing()

    def create_cluster(self, call: Call) -> Answer:
        """Refuse to make a cluster, in the words for an exceeded quota."""
        wanted = call.document()
        spec = document_in(wanted, "spec")
        name = document_in(wanted, "metadata").get("name")
        if (
            wanted.get("kind") != "Cluster"
            or not name
            or not spec.get("flavor")
            or not spec.get("hostNetwork")
        ):
            raise _invalid()
        if name == self._name:
            raise by_cce(409, "CCE.01409001", "Resource already exists.")
        raise by_cce(400, "CCE.01400007", "Insufficient cluster quota.")

    def _document(self) -> dict[str, Any]:
        phase = "Available" if self._cluster.is_available() else "Unavailable"
        return documents.cluster(self._id, self._name, self._cluster, phase)

    def list_clusters(self, call: Call) -> Answer:
        """List the cluster."""
        found = [self._document() for _ in self._ids()]
        status = call.first("status")
        found = [one for one in found if status in {"", one["status"]["phase"]}]
        return Answer({"kind": "List", "apiVersion": "v3", "items": found})

    def show_cluster(self, call: Call) -> Answer:
        """Show the cluster."""
        self._need_cluster(call["cluster_id"])
        return Answer(self._document())

    def give_kubeconfig(self, call: Call) -> Answer:
        """Give a kubeconfig; how long its certificate is valid does not depend on what was asked for."""
        self._need_cluster(call["cluster_id"])
        duration = call.document().get("duration")
        if call.document().get("expire_at") is None and not _is_duration(duration):
            raise _invalid()
        headers = {"Port-ID": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"port of {self._name}"))}
        return Answer(documents.kubeconfig(self._cluster.document()), headers=headers)

    def show_endpoints(self, call: Call) -> Answer:
        """Show the addresses of the API server; the lab's cluster has one, for those inside and outside."""
        self._need_cluster(call["cluster_id"])
        address = self._cluster.server
        return Answer({
            "metadata": {"uid": self._id, "name": self._name},
            "spec": {"spec": {"IsDynamic": False}},
            "status": {"privateEndpoint": address, "publicEndpoint": address},
        })

    def create_node_pool(self, call: Call) -> Answer:
        """Refuse to make nodes, in the words for an exceeded quota."""
        self._need_cluster(call["cluster_id"])
        wanted = call.document()
        if wanted.get("kind") != "NodePool" or not document_in(wanted, "spec").get("nodeTemplate"):
            raise _invalid()
        raise by_cce(400, "CCE.01400008", "Insufficient server quota")

    def list_node_pools(self, call: Call) -> Answer:
        """List no pools: the cluster's nodes are in none, which CCE's default pool stands for if asked for."""
        self._need_cluster(call["cluster_id"])
        shown = call.first("showDefaultNodePool") == "true"
        found = [documents.default_pool(self._cluster.nodes())] if shown else []
        return Answer({"kind": "List", "apiVersion": "v3", "items": found})

    def list_nodes(self, call: Call) -> Answer:
        """List the nodes."""
        self._need_cluster(call["cluster_id"])
        return Answer({
            "kind": "List",
            "apiVersion": "v3",
            "items": [documents.node(found) for found in self._cluster.nodes()],
        })

    def show_node(self, call: Call) -> Answer:
        """Show a node."""
        self._need_cluster(call["cluster_id"])
        for found in self._cluster.nodes():
            if found["metadata"]["uid"] == call["node_id"]:
                return Answer(documents.node(found))
        raise _missing()

    def show_job(self, call: Call) -> Answer:
        """Find no job: nothing here makes one yet."""
        raise _missing()

    def show_quotas(self, call: Call) -> Answer:
        """Tell how many clusters there may be: as many as there are."""
        quota = {"quotaKey": "cluster", "quotaLimit": 1, "used": len(self._ids()), "unit": "count"}
        return Answer({
            "quotas": [quota | {"regionId": self._region.account.region, "availabilityZoneId": ""}]
        })

    def _addons(self) -> list[dict[str, Any]]:
        found = [
            documents.addon(one, self._id, self._cluster.version()) for one in self._cluster.deployments()
        ]
        return [one for one in found if one is not None]

    def list_addons(self, call: Call) -> Answer:
        """List the add-ons that run."""
        self._need_cluster(call.first("cluster_id"))
        return Answer({"kind": "Addon", "apiVersion": "v3", "items": self._addons()})

    def show_addon(self, call: Call) -> Answer:
        """Show an add-on."""
        for found in self._addons():
            if found["metadata"]["uid"] == call["id"]:
                return Answer(found)
        raise by_cce(404, "SVCSTG.CCE-ADDONMGR.4040204", "Addon not exist")


def _is_duration(days: object) -> bool:
    return isinstance(days, int) and (days == _FOR_FIVE_YEARS or 0 < days <= _LONGEST_DAYS)


def _missing() -> RefusalError:
    return by_cce(404, "CCE.01404001", "Resource not found.")


def _invalid() -> RefusalError:
    return by_cce(400, "CCE.01400001", "Invalid request.")
