"""Clusters of CCE: ordered, asked for, given a kubeconfig of, removed."""

from __future__ import annotations

import re
import uuid
from typing import Any

from lab.cloud import cce_documents as documents
from lab.cloud.calls import Answer, Call, Operation, Region, document_in
from lab.cloud.cce_backend import CLUSTERS, NODE_POOLS, ClusterBackend
from lab.cloud.cce_jobs import Jobs
from lab.cloud.cce_refusals import invalid, missing, not_ready, refuse_wrong, taken, without_quota
from lab.cloud.progress import as_time

CREATE, DELETE = "CreateCluster", "DeleteCluster"
_PROJECT = "/api/v3/projects/{project_id}"
_NAME = re.compile(r"[a-z][a-z0-9-]{2,126}[a-z0-9]")
_MODES = {"CCE": {"vpc-router", "overlay_l2"}, "Turbo": {"eni"}}
_FLAVOR = re.compile(r"cce\.s[12]\.(small|medium|large|xlarge)")
_LONGEST_DAYS = 1827
_FOR_FIVE_YEARS = -1
# one that failed is there until it is deleted
_PHASES = {"Running": "Creating", "Failed": "Error"}


class Clusters:
    """The one cluster that there can be, from its order to its removal."""

    def __init__(self, region: Region, backend: ClusterBackend, jobs: Jobs) -> None:
        self._region = region
        self._backend = backend
        self._jobs = jobs
        jobs.define(CREATE, lambda _: backend.start())
        jobs.define(DELETE, self._delete)

    def operations(self) -> list[Operation]:
        """Return the operations."""
        every, one = f"{_PROJECT}/clusters", f"{_PROJECT}/clusters/{{cluster_id}}"
        return [
            Operation("cce.create_cluster", "POST", every, self.create, takes_time=True),
            Operation("cce.list_clusters", "GET", every, self.list),
            Operation("cce.show_cluster", "GET", one, self.show),
            Operation("cce.delete_cluster", "DELETE", one, self.delete),
            Operation(
                "cce.create_kubernetes_cluster_cert", "POST", f"{one}/clustercert", self.give_kubeconfig
            ),
            Operation("cce.show_cluster_endpoints", "GET", f"{one}/openapi", self.show_endpoints),
        ]

    def create(self, call: Call) -> Answer:
        """Order a cluster."""
        wanted = call.document()
        pods, services = _check_order(wanted, self._backend)
        name = wanted["metadata"]["name"]
        with self._region.store.change(CLUSTERS) as known:
            if any(kept["name"] == name for kept in known.values()):
                raise taken()
            if known:
                raise without_quota()
            identity = str(uuid.uuid4())
            if not call.fate:
                self._backend.order(pods, services)
            known[identity] = {
                "name": name,
                "metadata": {key: wanted["metadata"].get(key) or {} for key in ("labels", "annotations")},
                "spec": wanted["spec"],
                "pods": pods,
                "services": services,
                "created": self._region.clock.now(),
                "job": "",
                "deleting": "",
            }
        job = self._jobs.start(CREATE, identity, identity, call.fate)
        with self._region.store.change(CLUSTERS) as known:
            known[identity]["job"] = job
        return Answer(self._document(identity), status=201)

    def kept(self, identity: str) -> dict[str, Any]:
        """Return what is remembered of a cluster.

        Raises:
            RefusalError: there is none of this id.
        """
        found = self._region.store.all(CLUSTERS).get(identity)
        if found is None:
            raise missing()
        return found

    def need_available(self, identity: str) -> dict[str, Any]:
        """Return what is remembered of a cluster that can be worked with.

        Raises:
            RefusalError: there is none of this id, or it is not Available.
        """
        found = self.kept(identity)
        if self.phase(found) != "Available":
            raise not_ready()
        return found

    def phase(self, kept: dict[str, Any]) -> str:
        """Return the phase of a cluster."""
        if kept["deleting"]:
            return "Error" if self._jobs.phase(kept["deleting"]) == "Failed" else "Deleting"
        # between the order and the job's start nothing is known of a job yet
        phase = _PHASES.get(self._jobs.phase(kept["job"]) if kept["job"] else "Running")
        if phase is not None:
            return phase
        return "Available" if self._backend.is_available() else "Unavailable"

    def _document(self, identity: str) -> dict[str, Any]:
        kept = self.kept(identity)
        phase = self.phase(kept)
        has_server = phase in {"Available", "Unavailable"}
        return documents.cluster(
            identity,
            kept,
            phase,
            version=self._backend.version(),
            server=self._backend.server if has_server else "",
            created=as_time(kept["created"], "%Y-%m-%d %H:%M:%S.000000 +0000 UTC"),
        )

    def list(self, call: Call) -> Answer:
        """List the clusters."""
        found = [self._document(identity) for identity in self._region.store.all(CLUSTERS)]
        status = call.first("status")
        found = [one for one in found if status in {"", one["status"]["phase"]}]
        return Answer({"kind": "Cluster", "apiVersion": "v3", "items": found})

    def show(self, call: Call) -> Answer:
        """Show a cluster."""
        return Answer(self._document(call["cluster_id"]))

    def delete(self, call: Call) -> Answer:
        """Remove a cluster with its nodes; who removes one that is being removed gets the same job."""
        identity = call["cluster_id"]
        kept = self.kept(identity)
        job = kept["deleting"]
        if not job or self._jobs.phase(job) == "Failed":
            job = self._jobs.start(DELETE, identity, identity)
            with self._region.store.change(CLUSTERS) as known:
                if identity in known:
                    known[identity]["deleting"] = job
        return Answer({
            "kind": "Cluster",
            "apiVersion": "v3",
            "metadata": {"name": kept["name"], "uid": identity},
            "status": {"phase": "Deleting", "jobID": job},
        })

    def _delete(self, identity: str) -> None:
        self._backend.remove()
        with self._region.store.change(NODE_POOLS) as pools:
            pools.clear()
        with self._region.store.change(CLUSTERS) as known:
            known.pop(identity, None)

    def give_kubeconfig(self, call: Call) -> Answer:
        """Give a kubeconfig; how long its certificate is valid does not depend on what was asked for."""
        self.need_available(call["cluster_id"])
        duration = call.document().get("duration")
        if call.document().get("expire_at") is None and not _is_duration(duration):
            raise invalid("duration")
        headers = {"Port-ID": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"port of {call['cluster_id']}"))}
        return Answer(documents.kubeconfig(self._backend.document()), headers=headers)

    def show_endpoints(self, call: Call) -> Answer:
        """Show the addresses of the API server; the lab's cluster has one, for those inside and outside."""
        kept = self.need_available(call["cluster_id"])
        address = self._backend.server
        return Answer({
            "metadata": {"uid": call["cluster_id"], "name": kept["name"]},
            "spec": {"spec": {"IsDynamic": False}},
            "status": {"privateEndpoint": address, "publicEndpoint": address},
        })

    def count(self) -> int:
        """Return how many clusters there are."""
        return len(self._region.store.all(CLUSTERS))


def _check_order(wanted: dict[str, Any], backend: ClusterBackend) -> tuple[str, str]:
    """Return the ranges of addresses that a valid order asks for: of pods and of Services.

    Raises:
        RefusalError: the order is not one that CCE takes.
    """
    spec, name = document_in(wanted, "spec"), str(document_in(wanted, "metadata").get("name", ""))
    network, host = document_in(spec, "containerNetwork"), document_in(spec, "hostNetwork")
    ranges = [document.get("cidr") for document in network.get("cidrs") or [network]]
    services = document_in(spec, "serviceNetwork").get("IPv4CIDR") or spec.get("kubernetesSvcIpRange")
    refuse_wrong({
        "kind": wanted.get("kind") == "Cluster" and wanted.get("apiVersion") == "v3",
        "metadata.name": _NAME.fullmatch(name),
        "spec.flavor": _FLAVOR.fullmatch(str(spec.get("flavor", ""))),
        "spec.version": str(spec.get("version") or backend.version()).startswith(backend.version()),
        "spec.hostNetwork": host.get("vpc") and host.get("subnet"),
        "spec.containerNetwork.mode": network.get("mode") in _MODES.get(spec.get("category", "CCE"), set()),
        "spec.containerNetwork": len(ranges) == 1 and backend.may_use(str(ranges[0]), str(services)),
    })
    return str(ranges[0]), str(services)


def _is_duration(days: object) -> bool:
    return isinstance(days, int) and (days == _FOR_FIVE_YEARS or 0 < days <= _LONGEST_DAYS)
