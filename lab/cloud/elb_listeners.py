"""ELB v3: listeners, which really listen at their load balancer's address and forward to their default pool."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from lab.cloud.backends.fronts import Fronts
from lab.cloud.calls import Answer, Call, Operation, Region
from lab.cloud.elb_answers import BALANCERS, LISTENERS, POLICIES, POOLS, in_use, invalid, listed, need
from lab.cloud.elb_members import Members
from lab.cloud.progress import as_time

logger = logging.getLogger(__name__)

# those of listeners without a certificate, and what pools they take (CreatePool)
POOLS_OF = {"TCP": ("TCP",), "HTTP": ("HTTP",)}
_PORTS = range(1, 65536)
_DEFAULTS: dict[str, Any] = {
    "admin_state_up": True,
    "client_ca_tls_container_ref": None,
    "connection_limit": -1,
    "default_pool_id": None,
    "default_tls_container_ref": None,
    "description": "",
    "http2_enable": False,
    "insert_headers": None,
    "name": "",
    "enterprise_project_id": "0",
    "sni_container_refs": [],
    "sni_match_algo": "",
    "tags": [],
    "tls_ciphers_policy": None,
    "security_policy_id": None,
    "enable_member_retry": True,
    "keepalive_timeout": 60,
    "client_timeout": 60,
    "member_timeout": 60,
    "ipgroup": None,
    "transparent_client_ip_enable": False,
    "enhance_l7policy_enable": False,
}


class Listeners:
    """The listeners' part of ELB's interface."""

    def __init__(self, region: Region, fronts: Fronts, members: Members) -> None:
        self._region = region
        self._fronts = fronts
        self._members = members
        for key, kept in region.store.all(LISTENERS).items():
            self._open(key, kept)

    def operations(self) -> list[Operation]:
        """Return the operations."""
        many = "/v3/{project_id}/elb/listeners"
        one = f"{many}/{{listener_id}}"
        policies = "/v3/{project_id}/elb/l7policies"
        return [
            Operation("elb.create_listener", "POST", many, self.create),
            Operation("elb.list_listeners", "GET", many, self.list_all),
            Operation("elb.show_listener", "GET", one, self.show),
            Operation("elb.update_listener", "PUT", one, self.update),
            Operation("elb.delete_listener", "DELETE", one, self.delete),
            Operation("elb.create_l7_policy", "POST", policies, self.create_policy),
            Operation("elb.list_l7_policies", "GET", policies, self.list_policies),
        ]

    def create(self, call: Call) -> Answer:
        """Make a listener that listens at once."""
        wanted = call.document("listener")
        balancer, port = str(wanted.get("loadbalancer_id")), wanted.get("protocol_port")
        if wanted.get("protocol") not in POOLS_OF:
            raise invalid("protocol")
        if port not in _PORTS:
            raise invalid("protocol_port")
        need(self._region.store.all(BALANCERS), "loadbalancer", balancer)
        if wanted.get("default_pool_id"):
            self._check_pool(balancer, wanted["protocol"], wanted["default_pool_id"])
        key = str(uuid.uuid4())
        with self._region.store.change(LISTENERS) as known:
            for other, kept in known.items():
                if (kept["loadbalancer_id"], kept["protocol_port"]) == (balancer, port):
                    raise in_use("listener", other, f"port {port}")
            known[key] = {**_DEFAULTS, **wanted, "created": self._region.clock.now()}
            kept = known[key]
        self._open(key, kept)
        return Answer({"listener": self._document(key, kept), "request_id": ""}, status=201)

    def _check_pool(self, balancer: str, protocol: str, pool: str) -> None:
        found = need(self._region.store.all(POOLS), "pool", pool)
        if found["loadbalancer_id"] != balancer or found["protocol"] not in POOLS_OF[protocol]:
            raise invalid("default_pool_id")

    def _open(self, key: str, kept: dict[str, Any]) -> None:
        address = self._region.store.all(BALANCERS)[kept["loadbalancer_id"]]["address"]
        try:
            self._fronts.open(
                key, kept["protocol"], address, kept["protocol_port"], lambda: self._choose(key)
            )
        except OSError:
            # the listener is there as it was asked for, and nobody is served by it
            logger.exception("listener %s does not listen at %s:%s", key, address, kept["protocol_port"])

    def _choose(self, key: str) -> tuple[str, int] | None:
        kept = self._region.store.all(LISTENERS).get(key, {})
        pool = kept.get("default_pool_id")
        return self._members.choose(pool) if pool else None

    def _document(self, key: str, kept: dict[str, Any]) -> dict[str, Any]:
        shown = {name: value for name, value in kept.items() if name not in {"loadbalancer_id", "created"}}
        return {
            "id": key,
            **shown,
            "project_id": self._region.account.project,
            "loadbalancers": [{"id": kept["loadbalancer_id"]}],
            "created_at": as_time(kept["created"]),
            "updated_at": as_time(kept["created"]),
        }

    def list_all(self, call: Call) -> Answer:
        """List listeners."""
        known = self._region.store.all(LISTENERS)
        return listed(call, "listeners", [self._document(key, kept) for key, kept in known.items()])

    def show(self, call: Call) -> Answer:
        """Show a listener."""
        key = call["listener_id"]
        kept = need(self._region.store.all(LISTENERS), "listener", key)
        return Answer({"listener": self._document(key, kept), "request_id": ""})

    def update(self, call: Call) -> Answer:
        """Change a listener; requests that come from now on go to its new pool."""
        key, wanted = call["listener_id"], call.document("listener")
        with self._region.store.change(LISTENERS) as known:
            kept = need(known, "listener", key)
            if wanted.get("default_pool_id"):
                self._check_pool(kept["loadbalancer_id"], kept["protocol"], wanted["default_pool_id"])
            kept |= wanted
        return Answer({"listener": self._document(key, kept), "request_id": ""})

    def delete(self, call: Call) -> Answer:
        """Remove a listener."""
        key = call["listener_id"]
        with self._region.store.change(LISTENERS) as known:
            need(known, "listener", key)
            del known[key]
        self._fronts.close(key)
        return Answer(status=204)

    def create_policy(self, call: Call) -> Answer:
        """Note a forwarding policy down: customers of none are led anywhere else here."""
        wanted = call.document("l7policy")
        need(self._region.store.all(LISTENERS), "listener", str(wanted.get("listener_id")))
        if wanted.get("action") == "REDIRECT_TO_POOL":
            need(self._region.store.all(POOLS), "pool", str(wanted.get("redirect_pool_id")))
        key = str(uuid.uuid4())
        with self._region.store.change(POLICIES) as known:
            known[key] = wanted
        return Answer({"l7policy": self._policy(key, wanted), "request_id": ""}, status=201)

    def list_policies(self, call: Call) -> Answer:
        """List forwarding policies."""
        known = self._region.store.all(POLICIES)
        return listed(call, "l7policies", [self._policy(key, kept) for key, kept in known.items()])

    def _policy(self, key: str, kept: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": key,
            "action": kept["action"],
            "admin_state_up": True,
            "description": kept.get("description", ""),
            "listener_id": kept["listener_id"],
            "name": kept.get("name", ""),
            "position": 1,
            "project_id": self._region.account.project,
            "provisioning_status": "ACTIVE",
            "redirect_pool_id": kept.get("redirect_pool_id"),
            "redirect_listener_id": kept.get("redirect_listener_id"),
            "redirect_url": None,
            "rules": [],
            "redirect_url_config": None,
            "fixed_response_config": None,
        }
