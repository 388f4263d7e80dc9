"""Routes of Traefik, and what they would be as Ingresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from include.definition import Definition
from include.inventory.model import Finding, label, listed
from include.inventory.store import Inventory

RULE = "traefik_route"
SEVERITIES = ("warning",)
WHY = "An IngressRoute is read by Traefik and by nobody else: without it on CCE the host answers nothing."
GROUPS = ("traefik.io/", "traefik.containo.us/")
HOST = re.compile(r"Host\(([^)]*)\)")
PATH = re.compile(r"(?:PathPrefix|Path)\(([^)]*)\)")
QUOTED = re.compile(r"[`\"']([^`\"']+)[`\"']")
# What an Ingress has no words for.
OTHER = re.compile(r"HostRegexp|Headers?\(|HeaderRegexp|HeadersRegexp|Query|Method\(|ClientIP|PathRegexp|!")


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report each IngressRoute with its hosts, paths and Services, and with what an Ingress cannot say."""
    for obj in inventory.objects("IngressRoute"):
        if not str(obj["apiVersion"]).startswith(GROUPS):
            continue
        routes = (obj.get("spec") or {}).get("routes") or []
        left = sorted({name for route in routes for name in _without_equal(route)})
        limits = f"; an Ingress cannot say {listed(left)}" if left else ""
        yield Finding(
            RULE,
            "warning",
            label(obj),
            f"leads {listed(line for route in routes for line in _lines(route)) or 'nowhere'}",
            f"install Traefik on the target, or write an Ingress of class cce or nginx for it on the source{limits}",
        )


def _lines(route: dict[str, Any]) -> Iterator[str]:
    match = str(route.get("match") or "")
    services = ", ".join(f"{one.get('name')}:{one.get('port')}" for one in route.get("services") or [])
    for host in _words(HOST, match) or ["any host"]:
        for path in _words(PATH, match) or ["/"]:
            yield f"{host} {path} to {services or 'no Service'}"


def _words(pattern: re.Pattern[str], match: str) -> list[str]:
    return [word for found in pattern.findall(match) for word in QUOTED.findall(found)]


def _without_equal(route: dict[str, Any]) -> Iterator[str]:
    yield from (f"Middleware {one.get('name')}" for one in route.get("middlewares") or [])
    yield from (found.rstrip("(") for found in OTHER.findall(str(route.get("match") or "")))
