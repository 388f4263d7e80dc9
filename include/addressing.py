"""Reach a front door at one of its addresses, under the name that customers use."""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import urlsplit


def request_at(front_door: str, address: str, path: str) -> dict[str, Any]:
    """Return httpx's arguments of a request to one address: url, headers, extensions.

    Scheme, port, name and certificate are those of the front door; where its name leads is not looked up.

    :param front_door: URL customers use; a path in it is kept before `path`.
    :param address: IP address or host name, with a port of its own or without.
    """
    parts = urlsplit(front_door)
    return {
        "url": f"{parts.scheme}://{_host(address, parts.port)}{parts.path.rstrip('/')}{path}",
        "headers": {"Host": parts.netloc},
        "extensions": {"sni_hostname": parts.hostname} if parts.scheme == "https" else {},
    }


def origin(url: str) -> str:
    """Return a URL without its path."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _host(address: str, port: int | None) -> str:
    suffix = f":{port}" if port else ""
    try:
        version = ipaddress.ip_address(address).version
    except ValueError:
        return address if ":" in address else f"{address}{suffix}"
    return f"[{address}]{suffix}" if version == 6 else f"{address}{suffix}"
