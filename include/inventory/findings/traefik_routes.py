"""Routes of Traefik, and what they would be as Ingresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.definition import Definition
from include.inventory.ingress_classes import ELB_CLASS, NGINX_CLASS, IngressTarget
from include.inventory.model import Finding, label, listed
from include.inventory.store import Inventory
from include.inventory.traefik_matches import read_match
from include.inventory.traefik_middlewares import GROUPS, Middlewares

RULE = "traefik_route"
SEVERITIES = ("warning",)
WHY = "An IngressRoute is read by Traefik and by nobody else: without it on CCE the host answers nothing."
WITHOUT_HTTP = ("IngressRouteTCP", "IngressRouteUDP")
STAYS = "install Traefik on the target, in the source's version and with its CustomResourceDefinitions"
PLAIN = f"{STAYS}, or reach the application by a LoadBalancer Service: an Ingress leads HTTP alone"
CLASSES: dict[IngressTarget, str] = {"elb": ELB_CLASS, "nginx": NGINX_CLASS}

Manifest = dict[str, Any]


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report each IngressRoute with its hosts, paths and Services, and with what an Ingress cannot say.

    Which Ingress is meant is chosen by `target.ingress`; without a choice Traefik stays, or NGINX takes its place.
    """
    middlewares = Middlewares(inventory)
    for obj in inventory.objects("IngressRoute"):
        if str(obj["apiVersion"]).startswith(GROUPS):
            remedy = _remedy(obj, middlewares, definition.target.ingress)
            yield _finding(obj, _lines(obj), remedy)
    for kind in WITHOUT_HTTP:
        for obj in inventory.objects(kind):
            yield _finding(obj, _plain_lines(obj), PLAIN)


def _finding(obj: Manifest, lines: Iterator[str], remedy: str) -> Finding:
    return Finding(RULE, "warning", label(obj), f"leads {listed(lines) or 'nowhere'}", remedy)


def _remedy(obj: Manifest, middlewares: Middlewares, choice: IngressTarget | None) -> str:
    controller: IngressTarget = choice or "nginx"
    ingress = f"write an Ingress of class {CLASSES[controller]} for it on the source"
    references = [one for route in _routes(obj) for one in route.get("middlewares") or []]
    known = dict(middlewares.equals(references, str(obj["metadata"].get("namespace")), controller))
    equals = [f"{name} becomes {annotation}" for name, annotation in known.items() if annotation]
    unsaid = {f"Middleware {name}" for name, annotation in known.items() if not annotation} | _unsaid(obj)
    return "; ".join([
        ingress if choice else f"{STAYS}, or {ingress}",
        *([f"its Middleware {', '.join(sorted(equals))}"] if equals else []),
        *([f"an Ingress cannot say {', '.join(sorted(unsaid))}"] if unsaid else []),
    ])


def _routes(obj: Manifest) -> list[Manifest]:
    return (obj.get("spec") or {}).get("routes") or []


def _unsaid(obj: Manifest) -> set[str]:
    """Return what an Ingress has no words for, but for middlewares."""
    tls = (obj.get("spec") or {}).get("tls") or {}
    found = {"the certificates of a resolver"} if tls.get("certResolver") else set()
    found |= {"options of TLS"} if tls.get("options") else set()
    for route in _routes(obj):
        services = route.get("services") or []
        found |= read_match(str(route.get("match") or "")).unsaid
        found |= {"a priority"} if route.get("priority") else set()
        found |= {"several Services for one path"} if len(services) > 1 else set()
        found |= {
            f"{one['kind']} {one.get('name')}" for one in services if one.get("kind", "Service") != "Service"
        }
    return found


def _lines(obj: Manifest) -> Iterator[str]:
    for route in _routes(obj):
        for place in read_match(str(route.get("match") or "")).places:
            yield f"{place} to {_services(route)}"


def _plain_lines(obj: Manifest) -> Iterator[str]:
    for route in _routes(obj):
        yield f"{route.get('match') or 'everything'} to {_services(route)}"


def _services(route: Manifest) -> str:
    found = ", ".join(f"{one.get('name')}:{one.get('port')}" for one in route.get("services") or [])
    return found or "no Service"
