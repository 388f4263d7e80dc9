"""Say in the target controller's annotations what an Ingress asked of the source's.

Sources: Open Telekom Cloud, CCE user guide, cce_10_0858 (annotations of NGINX and of ELB side by side) and cce_10_0695.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from include.inventory.balancer_wishes import ELB
from include.inventory.ingress_wishes import CORS, NGINX, IngressWish, ingress_wishes

if TYPE_CHECKING:
    from include.definition import LoadBalancer

LISTENERS = json.dumps([{"HTTP": 80}, {"HTTPS": 443}])
# Seconds that ELB waits for an answer of a backend, and for the next request of a client.
LONGEST_ANSWER, LONGEST_IDLE = 300, 4000
POOLS = {"HTTPS": "https", "GRPC": "grpc", "GRPCS": "grpc"}

Manifest = dict[str, Any]


def elb_settings(ingress: Manifest, balancer: LoadBalancer) -> dict[str, Any]:
    """Return the annotations kubernetes.io/elb.* of an Ingress of class cce."""
    wishes = ingress_wishes(ingress)
    certificates = certificates_of(wishes, balancer)
    has_tls = bool((ingress.get("spec") or {}).get("tls") or certificates)
    inside = balancer.internal_id if is_internal(ingress) else None
    return {
        f"{ELB}class": balancer.elb_class,
        f"{ELB}id": inside or balancer.id,
        f"{ELB}port": "443" if has_tls else "80",
        **({f"{ELB}tls-certificate-ids": ",".join(certificates)} if certificates else {}),
        **(_redirect() if has_tls and "tls redirect" in wishes else {}),
        **({f"{ELB}rewrite-target": wishes["rewrite"]} if "rewrite" in wishes else {}),
        **_backend(wishes),
        **_seconds("member_timeout", wishes.get("response seconds"), LONGEST_ANSWER),
        **_seconds("keepalive_timeout", wishes.get("idle seconds"), LONGEST_IDLE),
        **({f"{ELB}{name}": wishes[name] for name in CORS if name in wishes} if "cors" in wishes else {}),
        **_access(ingress, balancer),
    }


def nginx_settings(ingress: Manifest) -> dict[str, str]:
    """Return the annotations of an Ingress of class nginx."""
    wishes = ingress_wishes(ingress)
    protocol = (
        "GRPC" if wishes.get("backend version") == "GRPC" else wishes.get("backend protocol", "").upper()
    )
    found = {
        "force-ssl-redirect": "true" if "tls redirect" in wishes else None,
        "rewrite-target": wishes.get("rewrite"),
        "backend-protocol": protocol if protocol not in {"", "HTTP"} else None,
        "proxy-read-timeout": wishes.get("response seconds") or wishes.get("idle seconds"),
        "whitelist-source-range": wishes.get("ranges"),
    }
    return {f"{NGINX}{name}": value for name, value in found.items() if value}


def certificates_of(wishes: Mapping[IngressWish, str], balancer: LoadBalancer) -> list[str]:
    """Return the ids of ELB's certificates for those of the other cloud; none unless the definition has every one."""
    named = [name.strip() for name in wishes.get("certificate", "").split(",") if name.strip()]
    found = [balancer.certificates.get(name) for name in named]
    return [one for one in found if one] if all(found) else []


def is_internal(ingress: Manifest) -> bool:
    """Say whether an Ingress asks for an address inside the network only."""
    from include.inventory.ingress_classes import class_of

    return "internal" in ingress_wishes(ingress) or class_of(ingress) == "gce-internal"


def _redirect() -> dict[str, str]:
    return {f"{ELB}ssl-redirect": "true", f"{ELB}listen-ports": LISTENERS}


def _backend(wishes: Mapping[IngressWish, str]) -> dict[str, str]:
    named = "GRPC" if wishes.get("backend version") == "GRPC" else wishes.get("backend protocol", "")
    pool = POOLS.get(named.upper())
    return {f"{ELB}pool-protocol": pool} if pool else {}


def _seconds(name: str, text: str | None, longest: int) -> dict[str, str]:
    digits = (text or "").removesuffix("s")
    return {f"{ELB}{name}": str(min(max(int(digits), 1), longest))} if digits.isdigit() else {}


def _access(ingress: Manifest, balancer: LoadBalancer) -> dict[str, str]:
    metadata = ingress["metadata"]
    group = balancer.address_groups.get(f"{metadata.get('namespace')}/{metadata['name']}")
    return {f"{ELB}acl-id": group, f"{ELB}acl-status": "on", f"{ELB}acl-type": "white"} if group else {}
