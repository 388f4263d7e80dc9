"""Know which annotation of a CCE Ingress does what a Middleware of Traefik does.

Sources: doc.traefik.io/traefik/middlewares/http/overview; Open Telekom Cloud, CCE user guide, cce_10_0858 and cce_10_0695.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from include.inventory.balancer_wishes import ELB
from include.inventory.ingress_wishes import NGINX

if TYPE_CHECKING:
    from include.inventory.ingress_classes import IngressTarget
    from include.inventory.store import Inventory

GROUPS = ("traefik.io/", "traefik.containo.us/")
CHAIN = "chain"
REWRITE = ("rewrite-target", "rewrite-target")
RANGES = ("whitelist-source-range", "acl-id")
# What a Middleware does -> the annotation of NGINX, and that of ELB.
EQUALS: dict[str, tuple[str, str | None]] = {
    "addPrefix": REWRITE,
    "basicAuth": ("auth-secret", None),
    "buffering": ("proxy-body-size", None),
    "forwardAuth": ("auth-url", None),
    "inFlightReq": ("limit-connections", None),
    "ipAllowList": RANGES,
    "ipWhiteList": RANGES,
    "rateLimit": ("limit-rps", None),
    "redirectRegex": ("permanent-redirect", None),
    "redirectScheme": ("force-ssl-redirect", "ssl-redirect"),
    "replacePath": REWRITE,
    "replacePathRegex": REWRITE,
    "retry": ("proxy-next-upstream-tries", None),
    "stripPrefix": REWRITE,
    "stripPrefixRegex": REWRITE,
}
HEADERS, CORS, CORS_FIELD = "headers", ("enable-cors", "cors-allow-origin"), "accessControl"

Manifest = dict[str, Any]
# Namespace and name.
Place = tuple[str, str]


class Middlewares:
    """Answer what the Middlewares of an inventory become."""

    def __init__(self, inventory: Inventory) -> None:
        self._specs: dict[Place, Manifest] = {
            (str(obj["metadata"].get("namespace")), str(obj["metadata"]["name"])): obj.get("spec") or {}
            for obj in inventory.objects("Middleware")
            if str(obj["apiVersion"]).startswith(GROUPS)
        }

    def equals(
        self, references: Iterable[Manifest], namespace: str, controller: IngressTarget
    ) -> Iterator[tuple[str, str | None]]:
        """Yield the name of each Middleware that a route names, and the annotation that does the same.

        None stands for one without equal, or of a provider other than Kubernetes. Chains are followed.
        """
        for place in self._resolved(references, namespace, set()):
            yield place[1], _equal(self._specs.get(place, {}), controller)

    def _resolved(self, references: Iterable[Manifest], namespace: str, seen: set[Place]) -> Iterator[Place]:
        for one in references:
            place = (str(one.get("namespace") or namespace), str(one.get("name")))
            if place in seen:
                continue
            seen.add(place)
            chained = (self._specs.get(place, {}).get(CHAIN) or {}).get("middlewares")
            if chained:
                yield from self._resolved(chained, place[0], seen)
            else:
                yield place


def _equal(spec: Manifest, controller: IngressTarget) -> str | None:
    """Return the annotation for a Middleware, which does one thing; of headers only those of CORS have one."""
    does = next(iter(spec), "")
    pair = EQUALS.get(does)
    if does == HEADERS and all(name.startswith(CORS_FIELD) for name in spec[HEADERS] or {}):
        pair = CORS
    if pair is None:
        return None
    prefix, name = (NGINX, pair[0]) if controller == "nginx" else (ELB, pair[1])
    return f"{prefix}{name}" if name else None
