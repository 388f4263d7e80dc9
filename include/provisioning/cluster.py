"""Be a cluster of CCE that is found by its name, judged, ordered and waited for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from include.cloud import Cloud
from include.cloud.clusters import AVAILABLE, PASSING, find_cluster
from include.definition import TargetCluster
from include.errors import CloudObjectNotFoundError, ResourceFailedError
from include.inventory.store import load_inventory
from include.labels import OWNER
from include.provisioning.fitness import misfits, needs_of
from include.provisioning.planned import PlannedResource
from include.provisioning.resource import Found

FAILED = "Failed"
# A new cluster may be seen between its creation and the first answer of its API server.
WAITED_FOR = PASSING | {"Unavailable"}


@dataclass(frozen=True)
class ClusterResource(PlannedResource):
    """Provide the target cluster; what is ordered stands in the details of its row."""

    wanted: TargetCluster

    kind: ClassVar[str] = "cluster"
    removal: ClassVar[str] = "the console of CCE (its nodes and disks go with it when you choose so there)"

    def find(self) -> Found | None:
        """Return the cluster of this name, or None."""
        document = find_cluster(self.cloud, self.name)
        return None if document is None else found_cluster(document)

    def misfits(self, found: Found) -> list[str]:
        """Return why it cannot be taken; one that this migration ordered may still be in the making."""
        needs = needs_of(load_inventory(self.run.ledger))
        problems = misfits(found.facts, self.wanted, needs)
        is_coming = found.owner == self.run.definition.name and found.state in PASSING
        return [one for one in problems if not (is_coming and one.startswith(f"is {found.state}"))]

    def order(self) -> str:
        """Order it with our tag."""
        body = cluster_order(self.row.details, self.run.definition.name)
        return str(self.cloud.call("cce", "create_cluster", body=body).metadata.uid)

    def is_ready(self, found: Found) -> bool:
        """Say whether it is Available; one in a phase that will not pass has failed."""
        if found.state == AVAILABLE:
            return True
        reason = failed_job(self.cloud, found.facts.status.job_id)
        if reason is None and found.state in WAITED_FOR:
            return False
        why = reason or str(found.facts.status.reason or found.facts.status.message or "CCE gives no reason")
        raise ResourceFailedError(
            f"cluster {self.name} ({self.place}): is {found.state}: {why}; mend the cause, delete it with {self.removal}, and run "
            "again",
            resource=self.key,
        )


def found_cluster(document: Any) -> Found:
    """Return what CCE's document of a cluster says."""
    tags = {tag.key: tag.value for tag in document.spec.cluster_tags or []}
    return Found(document.metadata.uid, str(document.status.phase), tags.get(OWNER, ""), document)


def failed_job(cloud: Cloud, job: str | None) -> str | None:
    """Return the reason of a job that failed; None of one that did not, or is not known any more."""
    if not job:
        return None
    try:
        status = cloud.call("cce", "show_job", job_id=job).status
    except CloudObjectNotFoundError:
        return None
    return str(status.reason or "its job failed without a reason") if status.phase == FAILED else None


def cluster_order(details: dict[str, Any], migration: str) -> dict[str, Any]:
    """Return the body of the order, in the API's own names."""
    network: dict[str, Any] = {"mode": details["mode"]}
    if details["containers"]:
        network["cidrs"] = [{"cidr": details["containers"]}]
    spec: dict[str, Any] = {
        "category": details["category"],
        "type": details["type"],
        "flavor": details["flavor"],
        "version": details["version"],
        "description": f"made by migration {migration}",
        "hostNetwork": {
            "vpc": details["vpc"],
            "subnet": details["subnet"],
            "SecurityGroup": details["security_group"],
        },
        "containerNetwork": network,
        "serviceNetwork": {"IPv4CIDR": details["services"]},
        "authentication": {"mode": "rbac"},
        "billingMode": 0,
        "kubeProxyMode": details["proxy_mode"],
        "clusterTags": [{"key": OWNER, "value": migration}],
    }
    if details["container_subnets"]:
        spec["eniNetwork"] = {"subnets": [{"subnetID": one} for one in details["container_subnets"]]}
    if details["node_block"]:
        spec["extendParam"] = {"alpha.cce/fixPoolMask": str(details["node_block"])}
    metadata = {"name": details["name"]}
    return {"kind": "Cluster", "apiVersion": "v3", "metadata": metadata, "spec": without_empty(spec)}


def without_empty(document: dict[str, Any]) -> dict[str, Any]:
    """Leave out what has no value, at every depth: the API takes null for a value of its own."""
    cleaned = {
        name: without_empty(value) if isinstance(value, dict) else value for name, value in document.items()
    }
    return {name: value for name, value in cleaned.items() if value is not None}
