"""Know the Ingress classes of other clouds' load balancers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from include.definition import Definition

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
ELB_CLASS, NGINX_CLASS, TRAEFIK_CLASS = "cce", "nginx", "traefik"
IngressTarget = Literal["elb", "nginx"]


def class_of(ingress: dict[str, Any]) -> str | None:
    """Return the class of an Ingress, from its field or the older annotation; None for the default class."""
    annotations = ingress.get("metadata", {}).get("annotations") or {}
    return (ingress.get("spec") or {}).get("ingressClassName") or annotations.get(CLASS_ANNOTATION)


def is_foreign_class(name: str | None) -> bool:
    """Say whether an Ingress class is another cloud's own load balancer."""
    return name in FOREIGN_CLASSES


def controller_on_target(ingress: dict[str, Any], definition: Definition) -> IngressTarget | None:
    """Return what serves an Ingress on the target; None for the controller of its own class, which comes along.

    Without a choice in the definition ELB serves what a cloud's own load balancer did.
    """
    name, choice = class_of(ingress), definition.target.ingress
    is_of_a_cloud = is_foreign_class(name) or name == ELB_CLASS
    if choice == "nginx":
        return "nginx" if is_of_a_cloud or name in {None, TRAEFIK_CLASS} else None
    is_elb = (choice == "elb" or is_of_a_cloud) and definition.target.load_balancer is not None
    return "elb" if is_elb else None
