"""Addresses for Services of type LoadBalancer in a cluster without ELB: each gets a free one, and keeps it."""

from __future__ import annotations

import ipaddress
import json
from pathlib import Path
from typing import Any

from lab.clusters.services import key_of

_LAST_BYTES = range(100, 255)


class FreeAddresses:
    """The book of what was given: a Service that is gone and made again gets the same address."""

    def __init__(self, network: str, file: Path) -> None:
        self._network = ipaddress.ip_network(network)
        self._file = file
        self._given: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}

    def address_for(self, service: dict[str, Any]) -> str | None:
        """Return the address of a Service."""
        key = key_of(service)
        if key not in self._given:
            taken = set(self._given.values())
            addresses = (str(self._network[last]) for last in _LAST_BYTES)
            self._given[key] = next(address for address in addresses if address not in taken)
            self._file.write_text(json.dumps(self._given, indent=1))
        return self._given[key]

    def forget_others(self, services: set[str]) -> None:
        """Keep the addresses of Services that are gone."""
