"""Be a node pool of the target cluster, with nodes that Kubernetes calls ready."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from include.cloud import Cloud
from include.cloud.clusters import find_cluster
from include.errors import ResourceFailedError, ResourceSoldOutError, TargetClusterMissingError
from include.labels import OWNER
from include.provisioning.cluster import failed_job, without_empty
from include.provisioning.planned import PlannedResource
from include.provisioning.resource import Found

ACTIVE = "Active"
# Phases and conditions by which CCE says that it cannot make more nodes.
SOLD_OUT = "SoldOut"
WITHOUT_STOCK = frozenset({"ResourceInsufficient", "QuotaInsufficient"})
BROKEN = frozenset({"Error", "Deleting"})
BROKEN_CONDITIONS = frozenset({"Error", "UnexpectedError"})


@dataclass(frozen=True)
class NodePoolResource(PlannedResource):
    """Provide one node pool; what is ordered stands in the details of its row."""

    kind: ClassVar[str] = "node pool"
    removal: ClassVar[str] = "the console of CCE, Node Management of the cluster"

    @property
    def place(self) -> str:
        """Return the cluster, the connection, the cloud and the region."""
        return f"cluster {self.row.details['cluster']}, {self.cloud.access.place}"

    @property
    def _count(self) -> int:
        return int(self.row.details["count"])

    def find(self) -> Found | None:
        """Return the pool of this name, or None."""
        return find_pools(self.cloud, self._cluster_id).get(self.name)

    def misfits(self, found: Found) -> list[str]:
        """Return why it cannot be taken: it has fewer nodes than planned, or it is broken."""
        return list(pool_misfits(found, self._count))

    def order(self) -> str:
        """Order it with its nodes, which carry our label."""
        body = pool_order(self.row.details, self.run.definition.name)
        made = self.cloud.call("cce", "create_node_pool", cluster_id=self._cluster_id, body=body)
        return str(made.metadata.uid)

    def is_ready(self, found: Found) -> bool:
        """Say whether as many nodes as planned are Active, by the pool and by the list of nodes."""
        status = found.facts.status
        self._refuse_failed(found, failed_job(self.cloud, status.job_id))
        if (status.active_node or 0) < self._count:
            return False
        nodes = self.cloud.call("cce", "list_nodes", cluster_id=self._cluster_id).items or []
        active = [node for node in nodes if node.status.phase == ACTIVE and _is_of(node, found.id)]
        return len(active) >= self._count

    @cached_property
    def _cluster_id(self) -> str:
        name = str(self.row.details["cluster"])
        document = find_cluster(self.cloud, name)
        if document is None:
            raise TargetClusterMissingError(
                f"cluster {name} ({self.cloud.access.place}): is gone; clear the task that makes the target"
            )
        return str(document.metadata.uid)

    def _refuse_failed(self, found: Found, reason: str | None) -> None:
        words = ", ".join(_bad_conditions(found.facts.status))
        place = f"node pool {self.name} ({self.place})"
        if _is_without_stock(found):
            raise ResourceSoldOutError(
                f"{place}: CCE cannot make its nodes: {words or 'sold out'}; delete it with {self.removal}, and name another "
                "flavor or zone under target.cluster.create.nodes, or raise the quota",
                resource=self.key,
            )
        if reason is not None or found.state in BROKEN or words:
            why = ", ".join(filter(None, (reason, words))) or "CCE gives no reason"
            raise ResourceFailedError(
                f"{place}: is {found.state or 'not complete'}: {why}; mend the cause, delete it with {self.removal}, and run "
                "again",
                resource=self.key,
            )


def find_pools(cloud: Cloud, cluster_id: str) -> dict[str, Found]:
    """Return the node pools of a cluster by their names."""
    pools = cloud.call("cce", "list_node_pools", cluster_id=cluster_id).items or []
    return {one.metadata.name: found_pool(one) for one in pools}


def found_pool(document: Any) -> Found:
    """Return what CCE's document of a node pool says."""
    labels = document.spec.node_template.k8s_tags or {}
    return Found(document.metadata.uid, str(document.status.phase or ""), labels.get(OWNER, ""), document)


def pool_misfits(found: Found, count: int) -> Iterator[str]:
    """Yield why a pool that is there cannot be taken for so many nodes."""
    if found.state in BROKEN | {SOLD_OUT}:
        words = ", ".join(_bad_conditions(found.facts.status))
        yield f"is {found.state}{f' ({words})' if words else ''}; mend it, or delete it"
    has = max(found.facts.status.current_node or 0, found.facts.status.active_node or 0)
    if has < count:
        yield (
            f"has {has} of the {count} nodes that are needed; scale it to {count} in the console of CCE, or delete it and run "
            "again: the size of what is there is never changed"
        )


def pool_order(details: dict[str, Any], migration: str) -> dict[str, Any]:
    """Return the body of the order, in the API's own names."""
    disk = details["disk_type"]
    template = {
        "flavor": details["flavor"],
        "az": details["zone"],
        "os": details["os"],
        "login": {"sshKey": details["ssh_key"]},
        "rootVolume": {"size": details["system_disk_gib"], "volumetype": disk},
        "dataVolumes": [{"size": details["data_disk_gib"], "volumetype": disk}],
        "billingMode": 0,
        "k8sTags": {**details["labels"], OWNER: migration},
        "runtime": {"name": "containerd"},
    }
    spec = {
        "type": "vm",
        "initialNodeCount": details["count"],
        "autoscaling": {"enable": False},
        "nodeTemplate": template,
    }
    metadata = {"name": details["name"]}
    return {"kind": "NodePool", "apiVersion": "v3", "metadata": metadata, "spec": without_empty(spec)}


def _is_without_stock(found: Found) -> bool:
    conditions = found.facts.status.conditions or []
    return found.state == SOLD_OUT or any(
        one.type in WITHOUT_STOCK and one.status == "True" for one in conditions
    )


def _bad_conditions(status: Any) -> Iterator[str]:
    for one in status.conditions or []:
        if one.status == "True" and one.type in WITHOUT_STOCK | BROKEN_CONDITIONS:
            yield ": ".join(filter(None, (one.type, one.message or one.reason)))


def _is_of(node: Any, pool: str) -> bool:
    """Say whether a node is of a pool; one whose pool CCE does not tell may be."""
    owner = node.metadata.owner_references
    return owner is None or owner.nodepool_id in {None, pool}
