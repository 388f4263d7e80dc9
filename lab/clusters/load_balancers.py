"""Gives Services of type LoadBalancer their addresses, as a cloud does, and puts these on the node."""

from __future__ import annotations

import ipaddress
import json
import logging
from pathlib import Path
from typing import Any

from lab.clusters.api import ClusterApi
from lab.clusters.settings import ClusterSettings
from lab.execution import run

ELB_ID = "kubernetes.io/elb.id"
ELB_CLASS = "kubernetes.io/elb.class"
ELB_AUTOCREATE = "kubernetes.io/elb.autocreate"

logger = logging.getLogger(__name__)


class LoadBalancers:
    """One pass over the Services a call; addresses are remembered, so that a Service keeps its own."""

    def __init__(self, settings: ClusterSettings, api: ClusterApi) -> None:
        self._api = api
        self._as_cce = settings.name == "target"
        self._network = ipaddress.ip_network(settings.addresses.load_balancers)
        self._file: Path = settings.data / "load-balancers.json"
        self._given: dict[str, str] = json.loads(self._file.read_text()) if self._file.exists() else {}
        self._on_node: set[str] = _addresses_of_node()

    def pass_once(self) -> None:
        """Give addresses to the Services that wait for one, and take back those of Services that are gone."""
        services = [item for item in self._api.items("/api/v1/services") if _is_load_balancer(item)]
        wanted: dict[str, str] = {}
        for service in services:
            address = self._address_for(service)
            if address is not None:
                wanted[_key(service)] = address
                self._put_on_node(address)
                self._report(service, address)
        for address in self._on_node - set(wanted.values()):
            if ipaddress.ip_address(address) in self._network:
                run(["ip", "address", "delete", f"{address}/32", "dev", "eth0"], check=False)
        self._on_node &= set(wanted.values())
        self._remember(wanted)

    def _address_for(self, service: dict[str, Any]) -> str | None:
        annotations = service["metadata"].get("annotations", {})
        if self._as_cce and annotations.get(ELB_ID):
            return self._address_of_balancer(annotations[ELB_ID])
        if self._as_cce and not (annotations.get(ELB_CLASS) and annotations.get(ELB_AUTOCREATE)):
            # CCE leaves a Service without a load balancer of its own Pending, and says nothing
            return None
        key = _key(service)
        if key not in self._given:
            self._given[key] = self._free_address()
        return self._given[key]

    def _address_of_balancer(self, balancer: str) -> str | None:
        """Return the address of a load balancer that exists: the last byte of its id is the address's."""
        try:
            last = int(balancer[-2:], 16)
        except ValueError:
            return None
        return str(self._network[last]) if 0 < last < 255 else None

    def _free_address(self) -> str:
        taken = set(self._given.values()) | self._on_node
        # from 100 upwards: below are the load balancers that exist by an id
        return next(
            str(self._network[last]) for last in range(100, 255) if str(self._network[last]) not in taken
        )

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
        logger.info("Service %s has address %s", _key(service), address)

    def _remember(self, wanted: dict[str, str]) -> None:
        # a Service that is gone keeps its address in the book: made again, it gets the same one
        given = self._given | wanted
        if given != self._given or not self._file.exists():
            self._given = given
        text = json.dumps(self._given, indent=1)
        if not self._file.exists() or self._file.read_text() != text:
            self._file.write_text(text)


def _addresses_of_node() -> set[str]:
    links = json.loads(run(["ip", "-json", "-4", "address", "show", "dev", "eth0"]))
    return {entry["local"] for link in links for entry in link["addr_info"] if entry["prefixlen"] == 32}


def _is_load_balancer(service: dict[str, Any]) -> bool:
    deleted = "deletionTimestamp" in service["metadata"]
    return service["spec"].get("type") == "LoadBalancer" and not deleted


def _key(service: dict[str, Any]) -> str:
    return f"{service['metadata']['namespace']}/{service['metadata']['name']}"
