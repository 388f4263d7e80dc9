"""Say in CCE's annotations what a Service asked of another cloud's load balancer.

Names and bounds: Open Telekom Cloud, CCE user guide, cce_10_0385, LoadBalancer Services by annotations.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from include.inventory.balancer_wishes import ELB, Wish, wishes_of

ALGORITHMS = {"wrr": "ROUND_ROBIN", "rr": "ROUND_ROBIN", "wlc": "LEAST_CONNECTIONS", "sch": "SOURCE_IP"}
MINUTE = 60
# ELB's own bounds, in seconds, tries and minutes; what asks for more gets the most there is.
DELAY, TIMEOUT, RETRIES, IDLE, STICKY = (1, 50), (1, 50), (1, 10), (10, 4000), (1, 60)
# Kubernetes' default of sessionAffinityConfig.clientIP.timeoutSeconds is three hours: more than ELB keeps a client.
LONGEST_AFFINITY = 10800
HEALTH: tuple[Wish, ...] = (
    "health protocol",
    "health path",
    "health delay",
    "health timeout",
    "health retries",
)


def elb_settings(service: dict[str, Any], certificates: Mapping[str, str]) -> dict[str, str]:
    """Return the annotations kubernetes.io/elb.* for the wishes that have an equal.

    :param certificates: certificate of the other cloud -> id of ELB's.
    """
    wishes = wishes_of(service)
    return {
        **_health(wishes),
        **_idle(wishes),
        **_affinity(service["spec"], wishes),
        **_algorithm(wishes),
        **_tls(service["spec"], wishes, certificates),
    }


def _health(wishes: Mapping[Wish, str]) -> dict[str, str]:
    if not any(name in wishes for name in HEALTH):
        return {}
    # ELB asks a server for a path over HTTP; of one that speaks TLS it can only see whether the port is open.
    is_http = wishes.get("health protocol", "TCP").upper() == "HTTP"
    option = {
        "protocol": "HTTP" if is_http else "TCP",
        "delay": _bounded(wishes.get("health delay"), 5, DELAY),
        "timeout": _bounded(wishes.get("health timeout"), 10, TIMEOUT),
        "max_retries": _bounded(wishes.get("health retries"), 3, RETRIES),
        **({"path": wishes.get("health path", "/")} if is_http else {}),
    }
    return {f"{ELB}health-check-flag": "on", f"{ELB}health-check-option": json.dumps(option)}


def _idle(wishes: Mapping[Wish, str]) -> dict[str, str]:
    seconds = wishes.get("idle seconds")
    if "idle minutes" in wishes:
        seconds = _times(wishes["idle minutes"], MINUTE)
    elif "idle milliseconds" in wishes:
        seconds = _times(wishes["idle milliseconds"], 0.001)
    return {f"{ELB}keepalive_timeout": _bounded(seconds, 300, IDLE)} if seconds else {}


def _affinity(spec: dict[str, Any], wishes: Mapping[Wish, str]) -> dict[str, str]:
    if spec.get("sessionAffinity") == "ClientIP":
        config = (spec.get("sessionAffinityConfig") or {}).get("clientIP") or {}
        seconds = str(config.get("timeoutSeconds") or LONGEST_AFFINITY)
    elif "sticky seconds" in wishes or "sticky" in wishes:
        seconds = wishes.get("sticky seconds", str(LONGEST_AFFINITY))
    else:
        return {}
    minutes = _bounded(_times(seconds, 1 / MINUTE), STICKY[1], STICKY)
    return {
        f"{ELB}session-affinity-mode": "SOURCE_IP",
        f"{ELB}session-affinity-option": json.dumps({"persistence_timeout": minutes}),
    }


def _algorithm(wishes: Mapping[Wish, str]) -> dict[str, str]:
    known = ALGORITHMS.get(wishes.get("algorithm", "").lower())
    return {f"{ELB}lb-algorithm": known} if known else {}


def _tls(spec: dict[str, Any], wishes: Mapping[Wish, str], certificates: Mapping[str, str]) -> dict[str, str]:
    certificate = certificates.get(wishes.get("certificate", ""))
    if certificate is None:
        return {}
    listeners = wishes.get("protocol ports") or ",".join(
        f"https:{port['port']}" for port in _tls_ports(spec, wishes)
    )
    return {f"{ELB}protocol-port": listeners, f"{ELB}cert-id": certificate} if listeners else {}


def _tls_ports(spec: dict[str, Any], wishes: Mapping[Wish, str]) -> list[dict[str, Any]]:
    """Return the ports at which TLS ends: those named by number or name, or every one (`*`, AWS' default)."""
    named = {name.strip() for name in wishes.get("tls ports", "*").split(",")}
    return [
        port
        for port in spec.get("ports") or []
        if "*" in named or str(port["port"]) in named or port.get("name") in named
    ]


def _times(text: str, factor: float) -> str:
    return str(round(float(text) * factor)) if text.replace(".", "", 1).isdigit() else ""


def _bounded(text: str | None, default: int, bounds: tuple[int, int]) -> str:
    number = int(text) if text and text.isdigit() else default
    return str(min(max(number, bounds[0]), bounds[1]))
