"""Tell who put a workload into the cluster: a Helm release, an Argo CD application, an operator, or a person."""

from __future__ import annotations

from typing import Any

from include.inventory.owners import controller_of

UNKNOWN = "no known tool"

Manifest = dict[str, Any]


def owner_of(obj: Manifest) -> str:
    """Return e.g. `Helm release shop`; the tools leave labels and annotations by which they know their own objects."""
    controller = controller_of(obj)
    if controller:
        return controller
    metadata = obj.get("metadata") or {}
    labels, annotations = metadata.get("labels") or {}, metadata.get("annotations") or {}
    if "meta.helm.sh/release-name" in annotations:
        return f"Helm release {annotations['meta.helm.sh/release-name']}"
    if "argocd.argoproj.io/instance" in labels:
        return f"Argo CD application {labels['argocd.argoproj.io/instance']}"
    if "kustomize.toolkit.fluxcd.io/name" in labels:
        return f"Flux kustomization {labels['kustomize.toolkit.fluxcd.io/name']}"
    return str(labels.get("app.kubernetes.io/managed-by") or UNKNOWN)
