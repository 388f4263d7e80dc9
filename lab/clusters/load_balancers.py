"""Gives Services of type LoadBalancer their addresses, as a cloud does, and puts these on the node."""

from __future__ import annotations

import ipaddress
import json
import logging
from typing import Any, Protocol

from lab.clusters.api import ClusterApi
from lab.clusters.services import is_load_balancer, key_of
from lab.clusters.settings import ClusterSettings
from lab.execution import run

logger = logging.getLogger(__name__)


class AddressBook(Protocol):
    """Knows which Service gets which address."""

    def address_for(self, service: dict[str, Any]) -> str | None:
        """Return the address of a Service, or None while it has none."""

    def forget_others(self, services: set[str]) -> None:
        """Take note of all Services that there are, by `key_of`."""


class LoadBalancers:
    """One pass over the Services a call."""

    def __init__(self, settings: ClusterSettings, api: ClusterApi, book: AddressBook) -> None:
        self._api = api
        self._book = book
        self._network = ipaddress.ip_network(settings.addresses.load_balancers)
        self._on_node: set[str] = _addresses_of_node()

    def pass_once(self) -> None:
        """Give addresses to the Services that wait for one, and take back those of Services that are gone."""
        services = [item for item in self._api.items("/api/v1/services") if is_load_balancer(item)]
        wanted: set[str] = set()
        for service in services:
            address = self._book.address_for(service)
            if address is not None:
                wanted.add(address)
                self._put_on_node(address)
                self._report(service, address)
        for address in self._on_node - wanted:
            if ipaddress.ip_address(address) in self._network:
                run(["ip", "address", "delete", f"{address}/32", "dev", "eth0"], check=False)
        self._on_node &= wanted
        self._book.forget_others({key_of(service) for service in services})

    def _put_on_node(self, address: str) -> None:
        if address not in self._on_node:
            run(["ip", "address", "replace", f"{address}/32", "dev", "eth0"])
            self._on_node.add(address)
            logger.info("address %s is on the node", address)

    def _report(self, service: dict[str, Any], address: str) -> None:
        status = {"loadBalancer": {"ingress": [{"ip": address}]}}
        known = service.get("status", {}).get("loadBalancer", {}).get("ingress", [])
        if [entry.get("ip") for entry in known] == [address]:
            return
        meta = service["metadata"]
        path = f"/api/v1/namespaces/{meta['namespace']}/services/{meta['name']}/status"
        self._api.merge(path, {"status": status})
        logger.info("Service %s has address %s", key_of(service), address)


def _addresses_of_node() -> set[str]:
    links = json.loads(run(["ip", "-json", "-4", "address", "show", "dev", "eth0"]))
    return {entry["local"] for link in links for entry in link["addr_info"] if entry["prefixlen"] == 32}
