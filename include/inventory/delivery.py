"""Tell which delivery tool writes an object: the tools leave labels and annotations by which they know their own."""

from __future__ import annotations

from typing import Any

ARGO_ID = "argocd.argoproj.io/tracking-id"
LABELS = {
    "argocd.argoproj.io/instance": "Argo CD application",
    "kustomize.toolkit.fluxcd.io/name": "Flux Kustomization",
    "helm.toolkit.fluxcd.io/name": "Flux HelmRelease",
}
HELM = "meta.helm.sh/release-name"


def delivered_by(obj: dict[str, Any]) -> str | None:
    """Return e.g. `Argo CD application shop`, `Helm release shop`, or None where no known tool left a mark.

    A HelmRelease of Flux marks its objects as Helm's, too: it is Flux that puts them back.
    """
    metadata = obj.get("metadata") or {}
    labels, annotations = metadata.get("labels") or {}, metadata.get("annotations") or {}
    if annotations.get(ARGO_ID):
        return f"Argo CD application {annotations[ARGO_ID].partition(':')[0]}"
    for name, tool in LABELS.items():
        if labels.get(name):
            return f"{tool} {labels[name]}"
    return f"Helm release {annotations[HELM]}" if annotations.get(HELM) else None
