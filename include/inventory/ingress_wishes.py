"""Read what an Ingress asks of its controller: ingress-nginx, AWS' ALB, Azure's Application Gateway, Google's or Traefik."""

from __future__ import annotations

import re
from typing import Any, Literal

from include.inventory.foreign_annotations import foreign_annotations

IngressWish = Literal[
    "tls redirect",
    "rewrite",
    "regex",
    "backend protocol",
    "backend version",
    "internal",
    "response seconds",
    "idle seconds",
    "certificate",
    "ranges",
    "cors",
    "cors-allow-origin",
    "cors-allow-methods",
    "cors-allow-headers",
    "cors-expose-headers",
    "cors-allow-credentials",
    "cors-max-age",
]
NGINX, ALB, APPGW = (f"{name}.ingress.kubernetes.io/" for name in ("nginx", "alb", "appgw"))
CORS: tuple[IngressWish, ...] = (
    "cors-allow-origin",
    "cors-allow-methods",
    "cors-allow-headers",
    "cors-expose-headers",
    "cors-allow-credentials",
    "cors-max-age",
)
WISHES: dict[str, IngressWish] = {
    f"{NGINX}ssl-redirect": "tls redirect",
    f"{NGINX}force-ssl-redirect": "tls redirect",
    f"{NGINX}rewrite-target": "rewrite",
    f"{NGINX}use-regex": "regex",
    f"{NGINX}backend-protocol": "backend protocol",
    f"{NGINX}proxy-read-timeout": "response seconds",
    f"{NGINX}whitelist-source-range": "ranges",
    f"{NGINX}allowlist-source-range": "ranges",
    f"{NGINX}enable-cors": "cors",
    **{f"{NGINX}{name}": name for name in CORS},
    f"{ALB}ssl-redirect": "tls redirect",
    f"{ALB}backend-protocol": "backend protocol",
    f"{ALB}backend-protocol-version": "backend version",
    f"{ALB}scheme": "internal",
    f"{ALB}inbound-cidrs": "ranges",
    f"{ALB}certificate-arn": "certificate",
    f"{ALB}load-balancer-attributes": "idle seconds",
    f"{APPGW}ssl-redirect": "tls redirect",
    f"{APPGW}backend-path-prefix": "rewrite",
    f"{APPGW}backend-protocol": "backend protocol",
    f"{APPGW}request-timeout": "response seconds",
    f"{APPGW}use-private-ip": "internal",
    f"{APPGW}appgw-ssl-certificate": "certificate",
    "ingress.gcp.kubernetes.io/pre-shared-cert": "certificate",
    "networking.gke.io/managed-certificates": "certificate",
}
PREFIXES = (
    NGINX,
    APPGW,
    "traefik.ingress.kubernetes.io/",
    "ingress.gcp.kubernetes.io/",
    "ingress.kubernetes.io/",
    "haproxy.org/",
    "kubernetes.io/ingress.global-static-ip-name",
    "kubernetes.io/ingress.regional-static-ip-name",
    "kubernetes.io/ingress.allow-http",
    "kubernetes.io/ingress.qcloud-",
    "ingress.cloud.tencent.com/",
)
# What a controller alone has to know, and nobody misses elsewhere.
NEEDLESS = frozenset(
    f"{ALB}{name}"
    for name in ("target-type", "ip-address-type", "tags", "subnets", "group.name", "group.order")
)
OFF = frozenset({"", "false", "off", "internet-facing"})
IDLE = re.compile(r"idle_timeout\.timeout_seconds=(\d+)")
# The Service that stands for an action of an ALB is none: its port says so.
ACTION_PORT = "use-annotation"
ACTIONS = f"{ALB}actions."
USUAL_PORTS = frozenset({"80", "443"})

Manifest = dict[str, Any]


def ingress_wishes(ingress: Manifest) -> dict[IngressWish, str]:
    """Return what an Ingress' annotations ask for; a wish that is denied (`ssl-redirect: "false"`) is none."""
    annotations = ingress.get("metadata", {}).get("annotations") or {}
    found: dict[IngressWish, str] = {}
    for name, wish in WISHES.items():
        value = str(annotations.get(name, "")).strip()
        if value.lower() not in OFF:
            found.setdefault(wish, value)
    idle = IDLE.search(found.pop("idle seconds", ""))
    if idle:
        found["idle seconds"] = idle.group(1)
    if any(_redirects(text) for name, text in annotations.items() if name.startswith(ACTIONS)):
        found["tls redirect"] = "true"
    if (ingress.get("spec") or {}).get("tls") and _is_nginx(annotations) and _may_redirect(annotations):
        found["tls redirect"] = "true"
    return found


def controller_annotations(ingress: Manifest) -> list[str]:
    """Return the names of the annotations that only the source's controller understands, sorted."""
    annotations = ingress.get("metadata", {}).get("annotations") or {}
    return sorted(
        {*foreign_annotations(ingress)} | {name for name in annotations if name.startswith(PREFIXES)}
    )


def is_needless(name: str, value: str) -> bool:
    """Say whether nobody misses an annotation of the source's controller."""
    is_usual = name == f"{ALB}listen-ports" and set(re.findall(r"\d+", value)) <= USUAL_PORTS
    return name in NEEDLESS or is_usual or (name.startswith(ACTIONS) and _redirects(value))


def is_action(path: Manifest) -> bool:
    """Say whether a path of an Ingress leads to an action of an ALB instead of a Service."""
    service = (path.get("backend") or {}).get("service") or {}
    return bool((service.get("port") or {}).get("name") == ACTION_PORT)


def _redirects(action: str) -> bool:
    return '"redirect"' in action.lower() and '"https"' in action.lower()


def _is_nginx(annotations: dict[str, str]) -> bool:
    return any(name.startswith(NGINX) for name in annotations)


def _may_redirect(annotations: dict[str, str]) -> bool:
    # ingress-nginx sends everybody to TLS where there is a certificate, unless it is told not to.
    return str(annotations.get(f"{NGINX}ssl-redirect", "true")).lower() != "false"
