"""Ask a cloud what it offers: flavors of nodes with their zones, and what is left of the quotas."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from include.cloud import Cloud
from include.errors import CloudError
from include.sizing.offers import NodeFlavor
from include.sizing.shapes import NodeShape

# States of a flavor in which a node of it can be ordered.
SOLD = frozenset({"", "normal", "promotion"})
ZONE_STATE = re.compile(r"([\w.-]+)\((\w+)\)")
ARCHITECTURES = {"arm64": "arm64"}
NOT_THERE = 404


@dataclass(frozen=True)
class Quota:
    """Tell how much of something a project may have; `allowed` is None where there is no limit."""

    title: str
    allowed: int | None
    used: int

    def problems(self, more: int, unit: str = "") -> Iterator[str]:
        """Yield why so many more would exceed the quota."""
        if more and self.allowed is not None and self.used + more > self.allowed:
            amounts = f"{self.used}{unit} of {self.allowed}{unit} are used, and {more}{unit} more are needed"
            yield (
                f"quota of {self.title}: {amounts}; raise the quota (console: My Quotas, or a service ticket), or free some of it"
            )


def offered_flavors(cloud: Cloud, named_zones: Sequence[str] = ()) -> list[NodeFlavor]:
    """Return the general-purpose flavors that nodes can be ordered of, smallest first.

    :param named_zones: zones of the definition, for a cloud whose flavors name none.
    """
    documents = [one for one in cloud.call("ecs", "list_flavors").flavors or [] if one.os_extra_specs]
    zones = {zone for one in documents for zone in _zone_states(one.os_extra_specs)} or set(named_zones)
    found = (_flavor(one, zones) for one in documents)
    return sorted(one for one in found if one is not None)


def offered_zones(flavors: Sequence[NodeFlavor]) -> list[str]:
    """Return the zones in which any of the flavors can be ordered."""
    return sorted({zone for flavor in flavors for zone in flavor.zones})


def sold_out_clusters(cloud: Cloud) -> frozenset[str]:
    """Return the cluster flavors that cannot be ordered now; none where the cloud has no such API."""
    try:
        specs = cloud.call("cce", "get_cluster_flavor_specs").cluster_flavor_specs or []
    except CloudError as error:
        if error.status != NOT_THERE:
            raise
        return frozenset()
    return frozenset(one.name for one in specs if one.is_sold_out)


def cluster_quota(cloud: Cloud) -> Quota:
    """Return how many clusters the project may have."""
    rows = cloud.call("cce", "show_quotas").quotas or []
    row = next((one for one in rows if one.quota_key == "cluster"), None)
    return Quota("CCE clusters", row.quota_limit, row.used) if row else Quota("CCE clusters", None, 0)


def server_quotas(cloud: Cloud) -> tuple[Quota, Quota, Quota]:
    """Return how many servers, vCPUs and MiB of memory the project may have."""
    limits = cloud.call("ecs", "show_server_limits").absolute
    return (
        Quota("ECS instances", _limit(limits.max_total_instances), limits.total_instances_used or 0),
        Quota("ECS vCPUs", _limit(limits.max_total_cores), limits.total_cores_used or 0),
        Quota("ECS memory", _limit(limits.max_total_ram_size), limits.total_ram_used or 0),
    )


def _limit(value: int | None) -> int | None:
    """Return a limit; the API writes -1 where there is none."""
    return None if value is None or value < 0 else value


def _flavor(document: Any, zones: set[str]) -> NodeFlavor | None:
    """Return a flavor, or None for one that is sold out, has devices, or is a machine of its own."""
    specs = document.os_extra_specs
    states = _zone_states(specs)
    # A zone's own state counts before that of the whole flavor; who names zones and no other state means these alone.
    elsewhere = specs.condoperationstatus or ("unknown" if states else "")
    sold_in = sorted(zone for zone in zones if states.get(zone, elsewhere) in SOLD)
    if not sold_in or _is_special(specs):
        return None
    shape = NodeShape(int(document.vcpus), int(document.ram) // 1024)
    architecture = ARCHITECTURES.get(specs.ecsinstance_architecture or "", "amd64")
    interfaces = int(specs.quotasub_network_interface_max_num or 0)
    return NodeFlavor(shape, document.name, architecture, tuple(sold_in), interfaces)


def _is_special(specs: Any) -> bool:
    devices = (
        specs.pci_passthroughenable_gpu,
        specs.infogpuname,
        specs.infogpus,
        specs.infoasic_accelerators,
        specs.quotalocal_disk,
        specs.quotanvme_ssd,
        specs.condoperationroles,
    )
    return any(devices) or "ironic" in str(specs.resource_type)


def _zone_states(specs: Any) -> dict[str, str]:
    """Return the state of a flavor by zone, where it differs from the flavor's own."""
    return dict(ZONE_STATE.findall(specs.condoperationaz or ""))
