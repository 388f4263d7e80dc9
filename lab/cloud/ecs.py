"""ECS: the flavors that nodes can be ordered of, and what the project may still have of them."""

from __future__ import annotations

from typing import Any

from lab.addresses import ZONES
from lab.cloud.calls import Answer, Call, Operation, Region, document_in
from lab.cloud.cce_backend import NODE_POOLS, ClusterBackend
from lab.cloud.node_flavors import NodeFlavor, offered_flavor, offered_flavors
from lab.cloud.refusals import RefusalError

_PERFORMANCE = "normal"
# what no test asks for: the usual limits of a new project
_OTHER_LIMITS = {
    "maxImageMeta": 128,
    "maxPersonality": 5,
    "maxPersonalitySize": 10240,
    "maxSecurityGroupRules": -1,
    "maxSecurityGroups": -1,
    "maxServerGroupMembers": -1,
    "maxServerGroups": 10,
    "maxServerMeta": 128,
    "maxTotalFloatingIps": 10,
    "maxTotalKeypairs": -1,
    "totalFloatingIpsUsed": 0,
    "totalSecurityGroupsUsed": 0,
    "totalServerGroupsUsed": 0,
}


class Ecs:
    """ECS' interface, as far as nodes of CCE need it; `backend` has the machines that are left for them."""

    def __init__(self, region: Region, backend: ClusterBackend) -> None:
        self._region = region
        self._backend = backend

    def operations(self) -> list[Operation]:
        """Return the operations."""
        servers = "/v1/{project_id}/cloudservers"
        return [
            Operation("ecs.list_flavors", "GET", f"{servers}/flavors", self.list_flavors),
            Operation("ecs.show_server_limits", "GET", f"{servers}/limits", self.show_limits),
        ]

    def list_flavors(self, call: Call) -> Answer:
        """List the flavors, or the one of an id, that are offered in a zone if one is named."""
        if call.number("limit", 1) is None:
            raise _invalid("limit")
        zone, name = call.first("availability_zone"), call.first("flavor_id")
        found = [one for one in offered_flavors() if name in {"", one.name} and (not zone or zone in ZONES)]
        return Answer({"flavors": [_document(one, call.base) for one in found]})

    def show_limits(self, call: Call) -> Answer:
        """Tell how many servers there may be: as many as there are machines; cores and memory go with them."""
        used = self._servers()
        most = len(used) + self._backend.free_nodes()
        largest = offered_flavors()[-1]
        return Answer({
            "absolute": {
                **_OTHER_LIMITS,
                "maxTotalInstances": most,
                "totalInstancesUsed": len(used),
                "maxTotalCores": most * largest.vcpus,
                "totalCoresUsed": sum(one.vcpus for one in used),
                "maxTotalRAMSize": most * largest.memory_mib,
                "totalRAMUsed": sum(one.memory_mib for one in used),
            }
        })

    def _servers(self) -> list[NodeFlavor]:
        """Return the flavor of each server: nodes of CCE are the only ones there are."""
        found = []
        for pool in self._region.store.all(NODE_POOLS).values():
            flavor = offered_flavor(str(document_in(pool["spec"], "nodeTemplate").get("flavor")))
            found += [flavor] * len(pool["nodes"]) if flavor else []
        return found


def _document(flavor: NodeFlavor, base: str) -> dict[str, Any]:
    return {
        "id": flavor.name,
        "name": flavor.name,
        "vcpus": str(flavor.vcpus),
        "ram": flavor.memory_mib,
        "disk": "0",
        "swap": "",
        "OS-FLV-EXT-DATA:ephemeral": 0,
        "OS-FLV-DISABLED:disabled": False,
        "rxtx_factor": 1.0,
        "rxtx_quota": None,
        "rxtx_cap": None,
        "os-flavor-access:is_public": True,
        "links": [{"rel": "self", "href": f"{base}/v1/flavors/{flavor.name}", "type": ""}],
        "os_extra_specs": {
            "ecs:performancetype": _PERFORMANCE,
            "ecs:generation": flavor.name.partition(".")[0],
            "ecs:instance_architecture": "x86_64",
            "resource_type": "IOoptimizedS3_2",
            "cond:operation:status": "normal",
            "cond:operation:az": ",".join(f"{zone}(normal)" for zone in ZONES),
        },
    }


def _invalid(parameter: str) -> RefusalError:
    """Return the refusal of a wrong parameter (ECS API reference, ecs_07_0002); the words after it are not confirmed."""
    return RefusalError(
        400,
        {"error": {"code": "Ecs.0005", "message": f"Incorrect request parameters: {parameter} is invalid."}},
    )
