"""What happens to endpoints that people wrote; `tests.builders.goldens` moves 10.1.0.5:5432 to another address."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders.objects import make


def subset(*addresses: str, ports: tuple[int, ...] = (5432,)) -> dict[str, Any]:
    """Return addresses of Endpoints that share ports."""
    return {"addresses": [{"ip": one} for one in addresses], "ports": [{"port": port} for port in ports]}


def endpoints(*subsets: dict[str, Any]) -> dict[str, Any]:
    """Return Endpoints."""
    return make("v1", "Endpoints", "legacy", subsets=list(subsets))


ENDPOINT_CASES = [
    pytest.param(
        "manual_endpoints",
        endpoints(subset("10.1.0.5"), subset("10.9.9.9")),
        {"subsets": [subset("192.168.0.9", ports=(6432,)), subset("10.9.9.9")]},
        id="an address that moved, and one that stays",
    ),
    pytest.param(
        "manual_endpoints",
        make(
            "discovery.k8s.io/v1",
            "EndpointSlice",
            "legacy-1",
            addressType="IPv4",
            endpoints=[{"addresses": ["10.1.0.5"]}],
            ports=[{"port": 5432}],
        ),
        {"endpoints": [{"addresses": ["192.168.0.9"]}], "ports": [{"port": 6432}]},
        id="an EndpointSlice",
    ),
    pytest.param(
        "manual_endpoints",
        endpoints(subset("10.1.0.5", "10.9.9.9")),
        {},
        id="returned unchanged: two addresses that would need two ports",
    ),
    pytest.param(
        "manual_endpoints",
        endpoints(subset("10.1.0.5", ports=(5432, 9187))),
        {},
        id="returned unchanged: a second port",
    ),
    pytest.param(
        "manual_endpoints",
        endpoints(subset("192.168.0.9", ports=(6432,))),
        {},
        id="already right: the new address",
    ),
]
