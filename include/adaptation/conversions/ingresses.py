"""Convert Ingresses, their classes, and NetworkPolicies."""

from __future__ import annotations

from typing import Any

from include.adaptation.conversions.workloads import unchanged

NETWORKING = "networking.k8s.io/v1"


def _ingress(obj: dict[str, Any]) -> None:
    """Name backends by their Service, and say what kind of path each is: before, that was left to the controller."""
    spec = obj.setdefault("spec", {})
    if "backend" in spec:
        spec["defaultBackend"] = _backend(spec.pop("backend"))
    for rule in spec.get("rules") or []:
        for path in (rule.get("http") or {}).get("paths") or []:
            path.setdefault("pathType", "ImplementationSpecific")
            path["backend"] = _backend(path.get("backend") or {})


def _backend(backend: dict[str, Any]) -> dict[str, Any]:
    if "serviceName" not in backend:
        return backend
    port = backend.get("servicePort")
    # A number in quotes was a number, too.
    is_number = isinstance(port, int) or str(port).isdigit()
    named = {"number": int(str(port))} if is_number else {"name": port}
    return {"service": {"name": backend["serviceName"], "port": named}}


CONVERSIONS = {
    ("extensions/v1beta1", "Ingress"): (NETWORKING, _ingress),
    ("networking.k8s.io/v1beta1", "Ingress"): (NETWORKING, _ingress),
    ("networking.k8s.io/v1beta1", "IngressClass"): (NETWORKING, unchanged),
    ("extensions/v1beta1", "NetworkPolicy"): (NETWORKING, unchanged),
}
