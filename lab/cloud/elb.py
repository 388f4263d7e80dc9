"""ELB v3: load balancers, whose ids are what Services name and whose addresses these Services then get.

The target cluster's controller asks here for the address of each id that a Service names (`lab/clusters/balancers.py`).
"""

from __future__ import annotations

import ipaddress
import uuid
from collections.abc import Mapping
from typing import Any

from lab.addresses import ZONES
from lab.cloud.backends.fronts import Fronts
from lab.cloud.calls import Answer, Call, Operation, Region
from lab.cloud.elb_answers import BALANCERS, LISTENERS, POOLS, fits, in_use, invalid, listed, missing
from lab.cloud.elb_health import Health
from lab.cloud.elb_listeners import Listeners
from lab.cloud.elb_members import Members
from lab.cloud.elb_pools import Pools
from lab.cloud.progress import as_time
from lab.cloud.refusals import by_elb

_LAST_BYTES = range(1, 255)
_QUOTA = 50
_FLAVORS = {
    "L4": ("L4_flavor.elb.s1.small", {"connection": 500000, "cps": 10000, "bandwidth": 50, "lcu": 10}),
    "L7": (
        "L7_flavor.elb.s1.small",
        {"connection": 200000, "cps": 2000, "https_cps": 200, "qps": 4000, "bandwidth": 50, "lcu": 10},
    ),
}
_UNLIMITED = -1
_QUOTAS = {
    "member": 10000,
    "members_per_pool": 1000,
    "certificate": _UNLIMITED,
    "l7policy": 2000,
    "listener": 1500,
    "loadbalancer": _QUOTA,
    "healthmonitor": _UNLIMITED,
    "pool": 5000,
    "ipgroup": 1000,
    "ipgroup_bindings": 50,
    "ipgroup_max_length": 300,
    "security_policy": 50,
    "condition_per_policy": 10,
    "listeners_per_pool": 50,
    "free_instance_listeners_per_loadbalancer": 50,
    "free_instance_members_per_pool": 50,
    "listeners_per_loadbalancer": 50,
    "pools_per_l7policy": 50,
    "l7policies_per_listener": 50,
    "ipgroups_per_listener": 50,
}
_COPIED = (
    "vpc_id",
    "vip_subnet_cidr_id",
    "elb_virsubnet_ids",
    "l4_flavor_id",
    "l7_flavor_id",
    "enterprise_project_id",
)


class Elb:
    """ELB's interface.

    `network` is the range of addresses; `existing` has the name and the address of each load balancer that is there; `fronts`
    are where their listeners listen.
    """

    def __init__(
        self, region: Region, network: str, existing: Mapping[str, tuple[str, str]], fronts: Fronts
    ) -> None:
        self._region = region
        self._network = ipaddress.ip_network(network)
        with region.store.change(BALANCERS) as known:
            for balancer, (name, address) in existing.items():
                kept = {"name": name, "address": address, "created": region.clock.now()}
                known.setdefault(balancer, kept | {"wanted": {"guaranteed": False}})
        members = Members(region, Health(region.store, fronts))
        self._below = [
            *Listeners(region, fronts, members).operations(),
            *Pools(region).operations(),
            *members.operations(),
        ]

    def operations(self) -> list[Operation]:
        """Return the operations."""
        top = "/v3/{project_id}/elb"
        many, one = f"{top}/loadbalancers", f"{top}/loadbalancers/{{loadbalancer_id}}"
        return [
            Operation("elb.create_load_balancer", "POST", many, self.create),
            Operation("elb.list_load_balancers", "GET", many, self.list_balancers),
            Operation("elb.show_load_balancer", "GET", one, self.show),
            Operation("elb.delete_load_balancer", "DELETE", one, self.delete),
            Operation("elb.show_load_balancer_status", "GET", f"{one}/statuses", self.show_status),
            Operation("elb.show_quota", "GET", f"{top}/quotas", self.show_quota),
            Operation("elb.list_flavors", "GET", f"{top}/flavors", self.list_flavors),
            Operation("elb.list_availability_zones", "GET", f"{top}/availability-zones", self.list_zones),
            *self._below,
        ]

    def create(self, call: Call) -> Answer:
        """Make a load balancer with an address of its own."""
        wanted = call.document("loadbalancer")
        zones = wanted.get("availability_zone_list")
        if not isinstance(zones, list) or not zones or not all(zone in ZONES for zone in zones):
            raise invalid("availability_zone_list")
        if not wanted.get("vpc_id") and not wanted.get("vip_subnet_cidr_id"):
            raise invalid("vpc_id")
        with self._region.store.change(BALANCERS) as known:
            if len(known) >= _QUOTA:
                raise by_elb(409, "8905", "Quota exceeded for resources: ['loadbalancer']")
            key = str(uuid.uuid4())
            known[key] = {
                "name": wanted.get("name", ""),
                "address": self._choose(
                    wanted.get("vip_address"), {kept["address"] for kept in known.values()}
                ),
                "created": self._region.clock.now(),
                "wanted": wanted,
            }
            kept = known[key]
        return Answer({"loadbalancer": self._document(key, kept), "request_id": ""}, status=201)

    def _choose(self, wanted: str | None, taken: set[str]) -> str:
        free = [str(self._network[last]) for last in _LAST_BYTES]
        free = [address for address in free if address not in taken and wanted in {None, address}]
        if free:
            return free[0]
        if wanted:
            raise invalid("vip_address")
        raise by_elb(
            400,
            "8934",
            "The number of available IP addresses in the subnet on the downstream plane is insufficient.",
        )

    def _document(self, key: str, kept: dict[str, Any]) -> dict[str, Any]:
        wanted, address = kept["wanted"], kept["address"]
        public = _public(key, address) if wanted.get("publicip") or wanted.get("publicip_ids") else None
        return {
            "id": key,
            "name": kept["name"],
            "description": wanted.get("description", ""),
            "project_id": self._region.account.project,
            "provisioning_status": "ACTIVE",
            "operating_status": "ONLINE",
            "admin_state_up": wanted.get("admin_state_up", True),
            "provider": "vlb",
            "pools": self._below_it(POOLS, key),
            "listeners": self._below_it(LISTENERS, key),
            "vip_address": address,
            "vip_port_id": str(uuid.uuid5(uuid.NAMESPACE_DNS, key)),
            "tags": wanted.get("tags", []),
            "created_at": as_time(kept["created"]),
            "updated_at": as_time(kept["created"]),
            "guaranteed": wanted.get("guaranteed", True),
            "eips": [{"eip_id": public["id"], "eip_address": address, "ip_version": 4}] if public else [],
            "publicips": [public["document"]] if public else [],
            "global_eips": [],
            "ipv6_vip_address": None,
            "ipv6_vip_virsubnet_id": None,
            "ipv6_vip_port_id": None,
            "availability_zone_list": wanted.get("availability_zone_list", list(ZONES[:1])),
            "billing_info": None,
            "l4_scale_flavor_id": None,
            "l7_scale_flavor_id": None,
            "elb_virsubnet_type": "ipv4",
            "ip_target_enable": wanted.get("ip_target_enable", False),
            "frozen_scene": None,
            **{key: wanted.get(key) for key in _COPIED},
            "elb_virsubnet_ids": wanted.get("elb_virsubnet_ids", []),
        }

    def _below_it(self, kind: str, key: str) -> list[dict[str, str]]:
        known = self._region.store.all(kind)
        return [{"id": one} for one, kept in known.items() if kept["loadbalancer_id"] == key]

    def list_balancers(self, call: Call) -> Answer:
        """List load balancers."""
        known = self._region.store.all(BALANCERS)
        return listed(call, "loadbalancers", [self._document(key, kept) for key, kept in known.items()])

    def _need(self, call: Call) -> dict[str, Any]:
        key = call["loadbalancer_id"]
        kept = self._region.store.all(BALANCERS).get(key)
        if kept is None:
            raise missing("loadbalancer", key)
        return self._document(key, kept)

    def show(self, call: Call) -> Answer:
        """Show a load balancer."""
        return Answer({"loadbalancer": self._need(call), "request_id": ""})

    def show_status(self, call: Call) -> Answer:
        """Show the states of a load balancer and of what is below it."""
        shown = self._need(call)
        names = ("id", "name", "provisioning_status", "operating_status", "listeners", "pools")
        statuses = {"loadbalancer": {name: shown[name] for name in names}}
        return Answer({"statuses": statuses, "request_id": ""})

    def delete(self, call: Call) -> Answer:
        """Remove a load balancer that has nothing below it."""
        key = call["loadbalancer_id"]
        if self._below_it(LISTENERS, key) or self._below_it(POOLS, key):
            raise in_use("loadbalancer", key, "what is below it")
        with self._region.store.change(BALANCERS) as known:
            if known.pop(key, None) is None:
                raise missing("loadbalancer", key)
        return Answer(status=204)

    def show_quota(self, call: Call) -> Answer:
        """Tell how many of each thing there may be."""
        return Answer({"quota": {**_QUOTAS, "project_id": self._region.account.project}, "request_id": ""})

    def list_flavors(self, call: Call) -> Answer:
        """List flavors of dedicated load balancers."""
        found = [
            {
                "id": str(uuid.uuid5(uuid.NAMESPACE_DNS, name)),
                "name": name,
                "type": kind,
                "info": info,
                "shared": True,
                "project_id": self._region.account.project,
                "flavor_sold_out": False,
            }
            for kind, (name, info) in _FLAVORS.items()
        ]
        found = [one for one in found if fits(call, one)]
        info = {"previous_marker": found[0]["id"] if found else None, "current_count": len(found)}
        return Answer({"flavors": found, "page_info": info, "request_id": ""})

    def list_zones(self, call: Call) -> Answer:
        """List the sets of availability zones that a load balancer may be in."""
        zones = [
            {
                "code": zone,
                "state": "ACTIVE",
                "protocol": ["L4", "L7"],
                "public_border_group": "center",
                "category": 0,
            }
            for zone in ZONES
        ]
        return Answer({"availability_zones": [zones], "request_id": ""})


def _public(key: str, address: str) -> dict[str, Any]:
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, key))
    # the lab's balancers have one address, for those inside and outside
    return {
        "id": identity,
        "document": {"publicip_id": identity, "publicip_address": address, "ip_version": 4},
    }
