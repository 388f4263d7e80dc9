"""Know the Ingress classes of other clouds' load balancers."""

from __future__ import annotations

from typing import Any

CLASS_ANNOTATION = "kubernetes.io/ingress.class"
FOREIGN_CLASSES = frozenset({
    "alb",
    "gce",
    "gce-internal",
    "azure-application-gateway",
    "azure/application-gateway",
    "webapprouting.kubernetes.azure.com",
    "qcloud",
    "mse",
})


def class_of(ingress: dict[str, Any]) -> str | None:
    """Return the class of an Ingress, from its field or the older annotation; None for the default class."""
    annotations = ingress.get("metadata", {}).get("annotations") or {}
    return (ingress.get("spec") or {}).get("ingressClassName") or annotations.get(CLASS_ANNOTATION)


def is_foreign_class(name: str | None) -> bool:
    """Say whether an Ingress class is another cloud's own load balancer."""
    return name in FOREIGN_CLASSES
