"""ELB v3: pools of members, and the health checks of these."""

from __future__ import annotations

import uuid
from typing import Any

from lab.cloud.calls import Answer, Call, Operation, Region
from lab.cloud.elb_answers import (
    BALANCERS,
    LISTENERS,
    MEMBERS,
    MONITORS,
    POOLS,
    in_use,
    invalid,
    listed,
    need,
)
from lab.cloud.progress import as_time

_PROTOCOLS = ("TCP", "HTTP")
_ALGORITHMS = ("ROUND_ROBIN", "LEAST_CONNECTIONS", "SOURCE_IP")
# pool's protocol: what its health check may be (CreateHealthMonitor)
_CHECKS = {"TCP": ("TCP", "HTTP"), "HTTP": ("TCP", "HTTP")}
_BOUNDS = {"delay": range(1, 51), "timeout": range(1, 51), "max_retries": range(1, 11)}
_DEFAULTS: dict[str, Any] = {
    "admin_state_up": True,
    "description": "",
    "name": "",
    "session_persistence": None,
    "slow_start": None,
    "member_deletion_protection_enable": False,
    "vpc_id": "",
    "type": "",
    "any_port_enable": False,
}


class Pools:
    """The pools' part of ELB's interface."""

    def __init__(self, region: Region) -> None:
        self._region = region

    def operations(self) -> list[Operation]:
        """Return the operations."""
        top = "/v3/{project_id}/elb"
        one, check = f"{top}/pools/{{pool_id}}", f"{top}/healthmonitors/{{healthmonitor_id}}"
        return [
            Operation("elb.create_pool", "POST", f"{top}/pools", self.create),
            Operation("elb.list_pools", "GET", f"{top}/pools", self.list_all),
            Operation("elb.show_pool", "GET", one, self.show),
            Operation("elb.update_pool", "PUT", one, self.update),
            Operation("elb.delete_pool", "DELETE", one, self.delete),
            Operation("elb.create_health_monitor", "POST", f"{top}/healthmonitors", self.create_check),
            Operation("elb.show_health_monitor", "GET", check, self.show_check),
            Operation("elb.delete_health_monitor", "DELETE", check, self.delete_check),
        ]

    def create(self, call: Call) -> Answer:
        """Make a pool of a load balancer."""
        wanted = call.document("pool")
        if wanted.get("protocol") not in _PROTOCOLS:
            raise invalid("protocol")
        if wanted.get("lb_algorithm") not in _ALGORITHMS:
            raise invalid("lb_algorithm")
        balancer = wanted.get("loadbalancer_id") or self._balancer_of(wanted.get("listener_id"))
        need(self._region.store.all(BALANCERS), "loadbalancer", balancer)
        key = str(uuid.uuid4())
        with self._region.store.change(POOLS) as known:
            kept = {**_DEFAULTS, **wanted, "loadbalancer_id": balancer, "created": self._region.clock.now()}
            kept.pop("listener_id", None)
            known[key] = kept
        if wanted.get("listener_id"):
            self._lead(wanted["listener_id"], key)
        return Answer({"pool": self._document(key, kept), "request_id": ""}, status=201)

    def _balancer_of(self, listener: str | None) -> str:
        if not listener:
            raise invalid("loadbalancer_id")
        return str(need(self._region.store.all(LISTENERS), "listener", listener)["loadbalancer_id"])

    def _lead(self, listener: str, pool: str) -> None:
        with self._region.store.change(LISTENERS) as known:
            if known[listener]["default_pool_id"]:
                raise in_use("listener", listener, f"pool {known[listener]['default_pool_id']}")
            known[listener]["default_pool_id"] = pool

    def _document(self, key: str, kept: dict[str, Any]) -> dict[str, Any]:
        shown = {name: value for name, value in kept.items() if name not in {"loadbalancer_id", "created"}}
        checks = [one for one, check in self._all(MONITORS).items() if check["pool_id"] == key]
        leading = [
            one for one, listener in self._all(LISTENERS).items() if listener["default_pool_id"] == key
        ]
        members = [one for one, member in self._all(MEMBERS).items() if member["pool"] == key]
        return {
            "id": key,
            **shown,
            "healthmonitor_id": checks[0] if checks else "",
            "listeners": [{"id": one} for one in leading],
            "loadbalancers": [{"id": kept["loadbalancer_id"]}],
            "members": [{"id": one} for one in members],
            "project_id": self._region.account.project,
            "ip_version": "dualstack" if kept["protocol"] == "TCP" else "v4",
            "created_at": as_time(kept["created"]),
            "updated_at": as_time(kept["created"]),
        }

    def _all(self, kind: str) -> dict[str, dict[str, Any]]:
        return self._region.store.all(kind)

    def list_all(self, call: Call) -> Answer:
        """List pools."""
        return listed(call, "pools", [self._document(key, kept) for key, kept in self._all(POOLS).items()])

    def show(self, call: Call) -> Answer:
        """Show a pool."""
        key = call["pool_id"]
        return Answer({"pool": self._document(key, need(self._all(POOLS), "pool", key)), "request_id": ""})

    def update(self, call: Call) -> Answer:
        """Change a pool's name, description or algorithm."""
        key, wanted = call["pool_id"], call.document("pool")
        if wanted.get("lb_algorithm", _ALGORITHMS[0]) not in _ALGORITHMS:
            raise invalid("lb_algorithm")
        with self._region.store.change(POOLS) as known:
            kept = need(known, "pool", key)
            kept |= wanted
        return Answer({"pool": self._document(key, kept), "request_id": ""})

    def delete(self, call: Call) -> Answer:
        """Remove a pool that nothing leads to, and that holds nothing."""
        key = call["pool_id"]
        shown = self._document(key, need(self._all(POOLS), "pool", key))
        for what in ("listeners", "members"):
            if shown[what]:
                raise in_use("pool", key, f"its {what}")
        if shown["healthmonitor_id"]:
            raise in_use("pool", key, "its healthmonitor")
        with self._region.store.change(POOLS) as known:
            del known[key]
        return Answer(status=204)

    def create_check(self, call: Call) -> Answer:
        """Let the members of a pool be checked."""
        wanted = call.document("healthmonitor")
        pool = need(self._all(POOLS), "pool", str(wanted.get("pool_id")))
        if wanted.get("type") not in _CHECKS[pool["protocol"]]:
            raise invalid("type")
        for name, bounds in _BOUNDS.items():
            if wanted.get(name) not in bounds:
                raise invalid(name)
        key = str(uuid.uuid4())
        with self._region.store.change(MONITORS) as known:
            for other, kept in known.items():
                if kept["pool_id"] == wanted["pool_id"]:
                    raise in_use("healthmonitor", other, f"pool {kept['pool_id']}")
            known[key] = {**wanted, "created": self._region.clock.now()}
        return Answer({"healthmonitor": self._check(key, known[key]), "request_id": ""}, status=201)

    def _check(self, key: str, kept: dict[str, Any]) -> dict[str, Any]:
        is_http = kept["type"] == "HTTP"
        return {
            "id": key,
            "name": kept.get("name", ""),
            "admin_state_up": True,
            "type": kept["type"],
            "delay": kept["delay"],
            "timeout": kept["timeout"],
            "max_retries": kept["max_retries"],
            "max_retries_down": kept.get("max_retries_down", 3),
            "monitor_port": kept.get("monitor_port"),
            "domain_name": kept.get("domain_name") if is_http else None,
            "expected_codes": kept.get("expected_codes", "200") if is_http else None,
            "http_method": kept.get("http_method", "GET") if is_http else None,
            "url_path": kept.get("url_path", "/") if is_http else None,
            "pools": [{"id": kept["pool_id"]}],
            "project_id": self._region.account.project,
            "created_at": as_time(kept["created"]),
            "updated_at": as_time(kept["created"]),
        }

    def show_check(self, call: Call) -> Answer:
        """Show a health check."""
        key = call["healthmonitor_id"]
        kept = need(self._all(MONITORS), "healthmonitor", key)
        return Answer({"healthmonitor": self._check(key, kept), "request_id": ""})

    def delete_check(self, call: Call) -> Answer:
        """End a health check."""
        with self._region.store.change(MONITORS) as known:
            need(known, "healthmonitor", call["healthmonitor_id"])
            del known[call["healthmonitor_id"]]
        return Answer(status=204)
