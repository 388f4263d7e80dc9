"""ELB v3: members of pools, which are really checked and get requests by their weight."""

from __future__ import annotations

import ipaddress
import random
import uuid
from typing import Any

from lab.cloud.calls import Answer, Call, Operation, Region
from lab.cloud.elb_answers import BALANCERS, LISTENERS, MEMBERS, POOLS, in_use, invalid, listed, need
from lab.cloud.elb_health import INITIAL, NO_MONITOR, OFFLINE, ONLINE, Health
from lab.cloud.progress import FAILS, NEVER_ARRIVES, as_time
from lab.cloud.vpc import BALANCERS as BALANCERS_SUBNET
from lab.cloud.vpc import NODES

_PORTS, _WEIGHTS = range(1, 65536), range(101)


class Members:
    """The members' part of ELB's interface."""

    def __init__(self, region: Region, health: Health) -> None:
        self._region = region
        self._health = health

    def operations(self) -> list[Operation]:
        """Return the operations."""
        many = "/v3/{project_id}/elb/pools/{pool_id}/members"
        one = f"{many}/{{member_id}}"
        return [
            Operation("elb.create_member", "POST", many, self.create, takes_time=True),
            Operation("elb.list_members", "GET", many, self.list_all),
            Operation("elb.delete_member", "DELETE", one, self.delete),
        ]

    def choose(self, pool: str) -> tuple[str, int] | None:
        """Return where the next request of a pool goes: to a member that is well, by weight; nowhere if none is."""
        members = {key: kept for key, kept in self._region.store.all(MEMBERS).items() if kept["pool"] == pool}
        well = [
            kept
            for key, kept in members.items()
            if kept["weight"] and self._state(key, kept) in {ONLINE, NO_MONITOR}
        ]
        if not well:
            return None
        (chosen,) = random.choices(well, [kept["weight"] for kept in well])
        return chosen["address"], chosen["protocol_port"]

    def create(self, call: Call) -> Answer:
        """Add a member: a server in a subnet of the load balancer's VPC, or an IP anywhere if that is enabled."""
        pool, wanted = call["pool_id"], call.document("member")
        balancer = need(self._region.store.all(POOLS), "pool", pool)["loadbalancer_id"]
        self._check(self._region.store.all(BALANCERS)[balancer]["wanted"], wanted)
        key = str(uuid.uuid4())
        with self._region.store.change(MEMBERS) as known:
            for other, kept in known.items():
                same = (kept["pool"], kept["address"], kept["protocol_port"])
                if same == (pool, wanted["address"], wanted["protocol_port"]):
                    raise in_use("member", other, "the same address and port")
            known[key] = {
                "pool": pool,
                "name": wanted.get("name", ""),
                "address": wanted["address"],
                "protocol_port": wanted["protocol_port"],
                "weight": wanted.get("weight", 1),
                "subnet_cidr_id": wanted.get("subnet_cidr_id"),
                "fate": call.fate,
                "created": self._region.clock.now(),
            }
            kept = known[key]
        return Answer({"member": self._document(key, kept), "request_id": ""}, status=201)

    def _check(self, balancer: dict[str, Any], wanted: dict[str, Any]) -> None:
        try:
            address = ipaddress.IPv4Address(wanted.get("address"))
        except ValueError:
            raise invalid("address") from None
        if wanted.get("protocol_port") not in _PORTS:
            raise invalid("protocol_port")
        if wanted.get("weight", 1) not in _WEIGHTS:
            raise invalid("weight")
        subnet = wanted.get("subnet_cidr_id")
        if subnet is None:
            if not balancer.get("ip_target_enable") or not address.is_private:
                raise invalid("subnet_cidr_id")
            return
        cidrs = {one.id: one.cidr for one in (NODES, BALANCERS_SUBNET)}
        if address not in ipaddress.ip_network(cidrs.get(subnet, "0.0.0.0/32")):
            raise invalid("subnet_cidr_id")

    def _document(self, key: str, kept: dict[str, Any]) -> dict[str, Any]:
        state = self._state(key, kept)
        listeners = [
            one
            for one, listener in self._region.store.all(LISTENERS).items()
            if listener["default_pool_id"] == kept["pool"]
        ]
        return {
            "id": key,
            "availability_zone": "",
            "name": kept["name"],
            "project_id": self._region.account.project,
            "admin_state_up": True,
            "subnet_cidr_id": kept["subnet_cidr_id"],
            "protocol_port": kept["protocol_port"],
            "weight": kept["weight"],
            "address": kept["address"],
            "ip_version": "v4",
            "operating_status": state,
            "status": [{"listener_id": one, "operating_status": state} for one in listeners],
            "member_type": "instance" if kept["subnet_cidr_id"] else "ip",
            "created_at": as_time(kept["created"]),
            "updated_at": as_time(kept["created"]),
        }

    def _state(self, key: str, kept: dict[str, Any]) -> str:
        if kept["fate"] == NEVER_ARRIVES:
            return INITIAL
        return OFFLINE if kept["fate"] == FAILS else self._health.state(key, kept["pool"])

    def list_all(self, call: Call) -> Answer:
        """List the members of a pool."""
        pool = call["pool_id"]
        need(self._region.store.all(POOLS), "pool", pool)
        known = self._region.store.all(MEMBERS)
        documents = [self._document(key, kept) for key, kept in known.items() if kept["pool"] == pool]
        return listed(call, "members", documents)

    def delete(self, call: Call) -> Answer:
        """Take a member away."""
        key = call["member_id"]
        with self._region.store.change(MEMBERS) as known:
            if need(known, "member", key)["pool"] != call["pool_id"]:
                raise invalid("pool_id")
            del known[key]
        return Answer(status=204)
