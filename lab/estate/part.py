"""The part that is the estate itself: its objects in the source cluster, and the name that customers use."""

from __future__ import annotations

from typing import Any

from lab import addresses, paths
from lab.clusters.api import ClusterApi
from lab.clusters.applying import Applier
from lab.estate import front_door
from lab.estate.manifests import NAMESPACES, estate_manifests, present_values
from lab.parts import Program

_WORKLOADS = ("deployments", "statefulsets", "daemonsets")


class Estate:
    """The shop and its warehouse. Ready when every workload has the pods it asks for and customers are served."""

    name = "estate"
    depends_on = ("source-cluster", "source-snapshots", "images", "databases-loaded", "buckets-loaded", "dns")
    address = f"http://{addresses.SHOP_HOST}"

    def prepare(self) -> None:
        """Make the objects that are not there.

        What is there stays as it is, since a migration may hold it still; and once customers are led to the target,
        nothing is made here any more: there would be two shops.
        """
        if front_door.is_moved():
            return
        with ClusterApi(paths.SOURCE_KUBECONFIG) as api:
            applier = Applier(api)
            applier.apply_all(applier.missing(estate_manifests(present_values())))

    def programs(self) -> list[Program]:
        """Return nothing: the estate runs in pods."""
        return []

    def is_ready(self) -> bool:
        """Say whether the workloads run and the front door is open; after a migration, that of the target.

        Raises:
            RuntimeError: some workloads wait for pods; the text names them.
        """
        with ClusterApi(paths.SOURCE_KUBECONFIG) as api:
            waiting = _waiting(api)
            if waiting:
                raise RuntimeError(f"waiting for {', '.join(waiting)}")
            address = front_door.published_address() or front_door.balancer_address(api)
        return address is not None and front_door.is_open(address)

    def finish(self) -> None:
        """Lead customers to the front, unless they are led somewhere already."""
        with ClusterApi(paths.SOURCE_KUBECONFIG) as api:
            address = front_door.balancer_address(api)
        if address is not None:
            front_door.publish(address)


def _waiting(api: ClusterApi) -> list[str]:
    """Return the workloads with fewer ready pods than they ask for; one that is held at none waits for none."""
    found = []
    for namespace in NAMESPACES:
        for plural in _WORKLOADS:
            for item in api.items(f"/apis/apps/v1/namespaces/{namespace}/{plural}"):
                wanted, ready = _pods(item)
                if ready < wanted:
                    found.append(f"{namespace}/{item['metadata']['name']} ({ready} of {wanted})")
    return found


def _pods(workload: dict[str, Any]) -> tuple[int, int]:
    """Return how many pods a workload asks for and how many are ready; one that is not seen yet has none."""
    status = workload.get("status", {})
    if "replicas" in workload["spec"]:
        return workload["spec"]["replicas"], status.get("readyReplicas", 0)
    is_seen = status.get("observedGeneration", 0) >= workload["metadata"]["generation"]
    return status.get("desiredNumberScheduled", 0) if is_seen else 1, status.get("numberReady", 0)
