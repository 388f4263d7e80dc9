"""Recognize network addresses in configuration texts."""

from __future__ import annotations

import re
from collections.abc import Iterator

HOST = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
URL = re.compile(
    rf"(?:jdbc:)?[a-z][a-z0-9+.-]*://(?:[^\s/@'\"]*@)?(?P<host>{HOST})(?P<port>:[0-9]+)?", re.IGNORECASE
)
HOST_AND_PORT = re.compile(
    r"(?<![\w.@/:-])(?P<host>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)(?P<port>:[0-9]{2,5})(?![\w.:])"
)
IPV4 = re.compile(r"(?<![\w.:/-])(?P<host>(?:[0-9]{1,3}\.){3}[0-9]{1,3})(?P<port>:[0-9]{2,5})?(?![\w./:-])")
DSN_HOST = re.compile(r"\bhost=(?P<host>[A-Za-z0-9.-]+)(?P<port>)", re.IGNORECASE)
LOCAL = frozenset({"localhost", "0.0.0.0", "127.0.0.1"})  # ruff: ignore[hardcoded-bind-all-interfaces]
INSIDE_SUFFIXES = (".svc", ".svc.cluster.local", ".cluster.local")


def find_endpoints(text: str) -> list[str]:
    """Return `host` or `host:port` of every URL, JDBC or DSN text, host:port and IPv4 address in it, sorted."""
    return sorted(set(_endpoints(text)))


def is_inside(endpoint: str, services: set[str]) -> bool:
    """Say whether an address stays inside the cluster or the pod: Services, localhost, placeholders.

    :param services: names of the Services of the migrated namespaces.
    """
    host = endpoint.partition(":")[0].lower()
    if host in LOCAL or host.startswith("127.") or host.endswith(INSIDE_SUFFIXES):
        return True
    # `api` and `api.shop` are how pods name Services.
    return (host.partition(".")[0] in services and host.count(".") <= 1) or "." not in host


def _endpoints(text: str) -> Iterator[str]:
    for pattern in (URL, DSN_HOST, HOST_AND_PORT, IPV4):
        for match in pattern.finditer(text):
            host = match["host"]
            if _is_plausible(host):
                yield f"{host}{match['port'] or ''}"


def _is_plausible(host: str) -> bool:
    """Leave out version numbers and what only looks like an address."""
    parts = host.split(".")
    if all(part.isdigit() for part in parts):
        return len(parts) == 4 and all(int(part) <= 255 for part in parts)
    return any(character.isalpha() for character in parts[-1])
