"""The load balancers that Services of the target ask for: made, found and removed through ELB's interface, as CCE does."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import httpx

from lab import addresses
from lab.clusters.api import ClusterApi
from lab.clusters.services import key_of

ELB_ID = "kubernetes.io/elb.id"
ELB_CLASS = "kubernetes.io/elb.class"
ELB_AUTOCREATE = "kubernetes.io/elb.autocreate"
_SHARED = "union"
_NETWORK = "1ab00000-0000-4000-8000-000000000001"

logger = logging.getLogger(__name__)


class Elb:
    """ELB's interface, as far as Services need it."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._path = f"/v3/{addresses.PROJECT_ID}/elb/loadbalancers"

    def address(self, balancer: str) -> str | None:
        """Return the address of a load balancer, or None if there is none of this id."""
        answer = self._client.get(f"{self._path}/{balancer}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        return str(answer.raise_for_status().json()["loadbalancer"]["vip_address"])

    def provide(self, wanted: dict[str, Any]) -> str:
        """Return the id of the load balancer of that name; it is made if there is none."""
        answer = self._client.get(self._path, params={"name": wanted["name"]}).raise_for_status()
        for known in answer.json()["loadbalancers"]:
            return str(known["id"])
        answer = self._client.post(self._path, json={"loadbalancer": wanted}).raise_for_status()
        return str(answer.json()["loadbalancer"]["id"])

    def remove(self, balancer: str) -> None:
        """Remove a load balancer, if it is there."""
        answer = self._client.delete(f"{self._path}/{balancer}")
        if answer.status_code != httpx.codes.NOT_FOUND:
            answer.raise_for_status()


class BalancersOfServices:
    """Gives a Service the address of the load balancer it names, or of one that is made because it asks for that.

    A Service that does neither, or that names a load balancer which is not there, stays Pending, as in CCE.
    """

    def __init__(self, elb: Elb, api: ClusterApi, file: Path) -> None:
        self._elb = elb
        self._api = api
        self._file = file
        # Service -> the load balancer that was made for it: it goes with the Service
        self._made: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        self._known: dict[tuple[str, str], str] = {}

    def address_for(self, service: dict[str, Any]) -> str | None:
        """Return the address of a Service, or None while it has none."""
        annotations = service["metadata"].get("annotations", {})
        if annotations.get(ELB_ID):
            return self._address_of(key_of(service), annotations[ELB_ID])
        if annotations.get(ELB_CLASS) and annotations.get(ELB_AUTOCREATE):
            return self._make(service)
        return None

    def _address_of(self, service: str, balancer: str) -> str | None:
        if (service, balancer) not in self._known:
            address = self._elb.address(balancer)
            if address is None:
                return None
            self._known[service, balancer] = address
        return self._known[service, balancer]

    def _make(self, service: dict[str, Any]) -> str | None:
        wanted = _wanted(service)
        if wanted is None:
            logger.warning("Service %s: %s is no JSON document", key_of(service), ELB_AUTOCREATE)
            return None
        balancer = self._elb.provide(wanted)
        self._made[key_of(service)] = balancer
        self._write()
        meta = service["metadata"]
        path = f"/api/v1/namespaces/{meta['namespace']}/services/{meta['name']}"
        self._api.merge(path, {"metadata": {"annotations": {ELB_ID: balancer}}})
        logger.info("load balancer %s was made for Service %s", balancer, key_of(service))
        return self._address_of(key_of(service), balancer)

    def forget_others(self, services: set[str]) -> None:
        """Remove the load balancers that were made for Services which are gone."""
        self._known = {known: address for known, address in self._known.items() if known[0] in services}
        for service in set(self._made) - services:
            self._elb.remove(self._made.pop(service))
            self._write()

    def _write(self) -> None:
        draft = self._file.with_suffix(".draft")
        draft.write_text(json.dumps(self._made, indent=1))
        draft.replace(self._file)


def _wanted(service: dict[str, Any]) -> dict[str, Any] | None:
    """Return the load balancer that a Service asks for, as ELB wants it; None if what it asks is no document."""
    annotations, meta = service["metadata"]["annotations"], service["metadata"]
    try:
        asked = json.loads(annotations[ELB_AUTOCREATE])
    except ValueError:
        return None
    if not isinstance(asked, dict):
        return None
    wanted = {
        "name": asked.get("name") or f"cce-lb-{meta['uid']}",
        "vpc_id": _NETWORK,
        "availability_zone_list": asked.get("available_zone") or [f"{addresses.REGION}-01"],
        "guaranteed": annotations[ELB_CLASS] != _SHARED,
    }
    if asked.get("type") == "public":
        bandwidth = {
            "name": asked.get("bandwidth_name") or wanted["name"],
            "size": asked.get("bandwidth_size", 5),
            "charge_mode": asked.get("bandwidth_chargemode", "traffic"),
            "share_type": asked.get("bandwidth_sharetype", "PER"),
        }
        wanted["publicip"] = {"network_type": asked.get("eip_type", "5_bgp"), "bandwidth": bandwidth}
    return wanted
