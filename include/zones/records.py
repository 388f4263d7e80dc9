"""Describe what a DNS name holds."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any

TYPES = ("A", "AAAA", "CNAME")


@dataclass(frozen=True)
class RecordSet:
    """Hold the values of one type that a DNS name has; `ttl` in seconds."""

    type: str
    ttl: int
    values: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {"type": self.type, "ttl": self.ttl, "values": list(self.values)}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> RecordSet:
        """Return what `as_json` wrote."""
        return cls(str(document["type"]), int(document["ttl"]), tuple(document["values"]))


def records_of(addresses: list[str], ttl: int) -> list[RecordSet]:
    """Return the record sets that make a name lead to these addresses; a host name becomes a CNAME."""
    by_type: dict[str, list[str]] = {}
    for address in addresses:
        by_type.setdefault(_type_of(address), []).append(address)
    if "CNAME" in by_type:
        return [RecordSet("CNAME", ttl, (by_type["CNAME"][0].rstrip(".") + ".",))]
    return [RecordSet(kind, ttl, tuple(sorted(values))) for kind, values in sorted(by_type.items())]


def _type_of(address: str) -> str:
    try:
        return "A" if ipaddress.ip_address(address).version == 4 else "AAAA"
    except ValueError:
        return "CNAME"
