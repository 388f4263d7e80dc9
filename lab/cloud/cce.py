"""CCE v3: clusters and their nodes, really made; jobs, quotas, and the add-ons that run."""

from __future__ import annotations

from typing import Any

from lab.cloud import cce_documents as documents
from lab.cloud.calls import Answer, Call, Operation, Region
from lab.cloud.cce_backend import CLUSTERS, ClusterBackend
from lab.cloud.cce_clusters import Clusters
from lab.cloud.cce_jobs import Jobs
from lab.cloud.cce_node_pools import NodePools
from lab.cloud.cce_refusals import missing
from lab.cloud.refusals import by_cce

_MOST_CLUSTERS = 1


class Cce:
    """CCE's interface."""

    def __init__(self, region: Region, backend: ClusterBackend) -> None:
        self._region = region
        self._backend = backend
        self._jobs = Jobs(region)
        self._clusters = Clusters(region, backend, self._jobs)
        self._pools = NodePools(region, backend, self._clusters, self._jobs)
        self._jobs.resume()

    def operations(self) -> list[Operation]:
        """Return the operations."""
        project = "/api/v3/projects/{project_id}"
        return [
            *self._clusters.operations(),
            *self._pools.operations(),
            Operation("cce.show_job", "GET", f"{project}/jobs/{{job_id}}", self.show_job),
            Operation("cce.show_quotas", "GET", f"{project}/quotas", self.show_quotas),
            Operation("cce.list_addon_instances", "GET", "/api/v3/addons", self.list_addons),
            Operation("cce.show_addon_instance", "GET", "/api/v3/addons/{id}", self.show_addon),
        ]

    def show_job(self, call: Call) -> Answer:
        """Show a job."""
        found = self._jobs.document(call["job_id"])
        if found is None:
            raise missing()
        return Answer(found)

    def show_quotas(self, call: Call) -> Answer:
        """Tell how many clusters there may be."""
        quota = {
            "quotaKey": "cluster",
            "quotaLimit": _MOST_CLUSTERS,
            "used": self._clusters.count(),
            "unit": "count",
        }
        return Answer({
            "quotas": [quota | {"regionId": self._region.account.region, "availabilityZoneId": ""}]
        })

    def _addons(self, cluster: str) -> list[dict[str, Any]]:
        found = [
            documents.addon(one, cluster, self._backend.version()) for one in self._backend.deployments()
        ]
        return [one for one in found if one is not None]

    def list_addons(self, call: Call) -> Answer:
        """List the add-ons of a cluster."""
        cluster = call.first("cluster_id")
        self._clusters.need_available(cluster)
        return Answer({"kind": "Addon", "apiVersion": "v3", "items": self._addons(cluster)})

    def show_addon(self, call: Call) -> Answer:
        """Show an add-on."""
        for cluster in self._region.store.all(CLUSTERS):
            for found in self._addons(cluster):
                if found["metadata"]["uid"] == call["id"]:
                    return Answer(found)
        raise by_cce(404, "SVCSTG.CCE-ADDONMGR.4040204", "Addon not exist")
