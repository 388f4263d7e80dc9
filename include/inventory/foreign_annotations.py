"""Know the annotations by which other clouds configure their load balancers and networks."""

from __future__ import annotations

from typing import Any

FOREIGN_PREFIXES = (
    "service.beta.kubernetes.io/aws-",
    "service.beta.kubernetes.io/azure-",
    "service.beta.kubernetes.io/alibaba-",
    "service.beta.kubernetes.io/alicloud-",
    "service.beta.kubernetes.io/oci-",
    "service.beta.kubernetes.io/do-",
    "service.beta.kubernetes.io/openstack-",
    "service.kubernetes.io/tke-",
    "service.kubernetes.io/qcloud-",
    "service.cloud.tencent.com/",
    "cloud.tencent.com/",
    "service.k8s.alibaba/",
    "cloud.google.com/",
    "networking.gke.io/",
    "metallb.universe.tf/",
    "metallb.io/",
    "alb.ingress.kubernetes.io/",
    "loadbalancer.openstack.org/",
)


def foreign_annotations(obj: dict[str, Any]) -> list[str]:
    """Return the names of an object's annotations that only another cloud understands, sorted."""
    annotations = obj.get("metadata", {}).get("annotations") or {}
    return sorted(name for name in annotations if name.startswith(FOREIGN_PREFIXES))
