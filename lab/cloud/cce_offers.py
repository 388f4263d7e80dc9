"""The cluster flavors of CCE: how many nodes each manages, and where its masters stand."""

from __future__ import annotations

from lab.addresses import ZONES
from lab.cloud.calls import Answer, Call, Operation

_CAPACITIES = {"small": 50, "medium": 200, "large": 1000, "xlarge": 2000}
# flavors that exist by name, and that nobody can order here
_SOLD_OUT = frozenset({"cce.s2.xlarge"})
_SINGLE, _THREE = ("small", "medium", "large"), ("small", "medium", "large", "xlarge")


class CceOffers:
    """What CCE offers."""

    def operations(self) -> list[Operation]:
        """Return the operations."""
        path = "/api/v2/flavor/specifications"
        return [Operation("cce.get_cluster_flavor_specs", "GET", path, self.list_flavors)]

    def list_flavors(self, call: Call) -> Answer:
        """List the cluster flavors; what their masters are made of is not confirmed."""
        names = [f"cce.s1.{size}" for size in _SINGLE] + [f"cce.s2.{size}" for size in _THREE]
        return Answer({
            "clusterFlavorSpecs": [
                {
                    "name": name,
                    "nodeCapacity": _CAPACITIES[name.rpartition(".")[2]],
                    "availableMasterFlavors": [{"name": "", "azs": list(ZONES), "azFaultDomains": {}}],
                    "isSoldOut": name in _SOLD_OUT,
                    "isSupportMultiAZ": name.startswith("cce.s2."),
                }
                for name in names
            ]
        })
