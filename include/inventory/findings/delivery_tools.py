"""Objects that a delivery tool writes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.definition import Definition
from include.inventory.model import Finding, label, listed
from include.inventory.owners import own_objects
from include.inventory.store import Inventory

RULE = "delivery_tool"
SEVERITIES = ("warning", "info")
WHY = "The tool puts objects back as its repository has them: it starts what a cutover stopped, and undoes what was adapted to CCE."
ARGO_ID = "argocd.argoproj.io/tracking-id"
LABELS = {
    "argocd.argoproj.io/instance": "Argo CD application",
    "kustomize.toolkit.fluxcd.io/name": "Flux Kustomization",
    "helm.toolkit.fluxcd.io/name": "Flux HelmRelease",
}
HELM = "meta.helm.sh/release-name"


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report applications of Argo CD and Flux, and releases of Helm, a finding for each."""
    owned: dict[str, list[str]] = {}
    for obj in own_objects(inventory):
        owner = _owner(obj["metadata"])
        if owner:
            owned.setdefault(owner, []).append(label(obj))
    for owner, names in sorted(owned.items()):
        if owner.startswith("Helm"):
            yield Finding(
                RULE,
                "info",
                owner,
                f"holds {listed(names)} as the source has them",
                "give the chart the target's images, classes and addresses before the next upgrade",
            )
        else:
            yield Finding(
                RULE,
                "warning",
                owner,
                f"writes {listed(names)}",
                "turn its automatic sync off before the cutover; point it to the target with the adapted manifests afterwards",
            )


def _owner(metadata: dict[str, Any]) -> str | None:
    labels, annotations = metadata.get("labels") or {}, metadata.get("annotations") or {}
    if annotations.get(ARGO_ID):
        return f"Argo CD application {annotations[ARGO_ID].partition(':')[0]}"
    for name, tool in LABELS.items():
        if labels.get(name):
            return f"{tool} {labels[name]}"
    return f"Helm release {annotations[HELM]}" if annotations.get(HELM) else None
