"""Choose the managed part of the cluster: masters, version, kube-proxy, availability zones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from include.sizing.model import Advice, counted
from include.sizing.pools import MOST_NODES, NodePool

SCALES = ((50, "small"), (200, "medium"), (1000, "large"), (2000, "xlarge"))
LARGEST_SINGLE_SCALE = 1000
# From about here on iptables rules are walked too long.
MANY_SERVICES = 1000
ZONES = 3
ZONE_LABELS = ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone")

Manifest = dict[str, Any]


def cluster_scale(nodes: int) -> int:
    """Return the number of nodes that the masters have to be able to manage: 50, 200, 1000 or 2000."""
    return next((scale for scale, _ in SCALES if nodes <= scale), SCALES[-1][0])


def master_flavor(nodes: int, *, masters: int = 3) -> str | None:
    """Return the cluster flavor for a number of nodes; None when no cluster with so many masters has room for them."""
    scale = cluster_scale(nodes)
    if nodes > MOST_NODES or (masters == 1 and scale > LARGEST_SINGLE_SCALE):
        return None
    return f"cce.s{1 if masters == 1 else 2}.{dict(SCALES)[scale]}"


def proxy_mode(scale: int, services: int) -> str:
    """Return `ipvs` for large clusters, else `iptables`."""
    return "ipvs" if scale > MANY_SERVICES or services > MANY_SERVICES else "iptables"


def control_plane_advice(
    pools: Sequence[NodePool], source_nodes: Sequence[Manifest], *, version: str | None, services: int
) -> Iterator[Advice]:
    """Yield what is chosen once for the whole cluster, most of it for good."""
    nodes = sum(pool.nodes for pool in pools)
    scale = cluster_scale(nodes)
    yield Advice(
        "cluster",
        "Type",
        "CCE Standard",
        "pods need no network interface of the cloud each, so density has no limit but the node's; cannot be changed later",
    )
    yield _version(version)
    yield _masters(nodes, scale)
    mode = proxy_mode(scale, services)
    yield Advice(
        "cluster",
        "kube-proxy",
        mode,
        f"{counted(services, 'Service')} and a scale of {scale:,} nodes; ipvs pays above {MANY_SERVICES:,}",
        {"mode": mode, "services": services},
    )
    yield _zones(nodes, source_nodes)


def _version(version: str | None) -> Advice:
    found = re.match(r"v?(\d+\.\d+)", version or "")
    value = f"v{found[1]} or newer" if found else "the newest"
    reason = (
        f"the source runs {version}; Velero restores into no older version"
        if found
        else "the source's is not known"
    )
    return Advice("cluster", "Kubernetes version", value, reason, {"at_least": found[1] if found else None})


def _masters(nodes: int, scale: int) -> Advice:
    flavor, single = master_flavor(nodes), master_flavor(nodes, masters=1)
    figures = {"flavor": flavor, "masters": 3, "nodes": nodes, "scale": scale}
    if flavor is None:
        value, reason = (
            "more than one cluster",
            f"{counted(nodes, 'node')}; one cluster manages {MOST_NODES:,} at most",
        )
    else:
        value = f"{flavor}, 3 masters"
        cheaper = f"; a test cluster may take {single} with one master" if single else ""
        reason = f"it manages {scale:,} nodes, and {nodes:,} are needed{cheaper}"
    return Advice("cluster", "Masters", value, reason, figures)


def node_zones(nodes: int, source_nodes: Sequence[Manifest]) -> int:
    """Return in how many zones so many nodes stand: as many as the source's, two at least and three at most."""
    return max(1, min(ZONES, nodes, max(2, len(_zones_of(source_nodes)))))


def _zones(nodes: int, source_nodes: Sequence[Manifest]) -> Advice:
    found = _zones_of(source_nodes)
    zones = node_zones(nodes, source_nodes)
    stand = f"stand in {counted(len(found), 'zone')}" if found else "name no zone"
    return Advice(
        "cluster",
        "Availability zones",
        f"masters in {ZONES}, nodes in {zones}",
        f"the source's nodes {stand}; a disk stays in its zone, and the class csi-disk-topology makes it where its pod is",
        {"masters": ZONES, "nodes": zones, "source": len(found)},
    )


def _zones_of(nodes: Sequence[Manifest]) -> set[str]:
    return {zone for node in nodes if (zone := _zone(node)) is not None}


def _zone(node: Manifest) -> str | None:
    labels = node["metadata"].get("labels") or {}
    return next((str(labels[name]) for name in ZONE_LABELS if name in labels), None)
