"""Find every claim, where its content lies, and which pods use it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from include.inventory.claims import class_of_claim
from include.inventory.model import VolumeUse
from include.inventory.owners import controller_reference
from include.inventory.pod_specs import pod_spec
from include.inventory.quantities import parse_bytes

SELECTED_NODE = "volume.kubernetes.io/selected-node"
HOSTNAME = "kubernetes.io/hostname"

Manifest = dict[str, Any]


def find_volumes(
    claims: Iterable[Manifest],
    volumes: Iterable[Manifest],
    pods: Iterable[Manifest],
    nodes: Iterable[Manifest] = (),
) -> list[VolumeUse]:
    """Return every claim with its PersistentVolume, node and node path where they are known.

    Claims that live and end with a pod are left out: what is in them is nothing to keep.
    """
    by_name = {volume["metadata"]["name"]: volume for volume in volumes}
    users = _users(pods)
    names = {_host_name(node): str(node["metadata"]["name"]) for node in nodes}
    found = [
        _volume_use(claim, by_name.get((claim.get("spec") or {}).get("volumeName") or ""), users, names)
        for claim in claims
        if not is_ephemeral(claim)
    ]
    return sorted(found, key=lambda use: (use.namespace, use.claim))


def _users(pods: Iterable[Manifest]) -> dict[tuple[str, str], list[Manifest]]:
    """Return (namespace, claim) -> the pods that mount it."""
    found: dict[tuple[str, str], list[Manifest]] = {}
    for pod in pods:
        for name in claims_of(pod):
            found.setdefault((str(pod["metadata"].get("namespace")), name), []).append(pod)
    return found


def _host_name(node: Manifest) -> str:
    """Return the label by which volumes choose a node; it may differ from the node's name."""
    metadata = node["metadata"]
    return str((metadata.get("labels") or {}).get(HOSTNAME) or metadata["name"])


def _volume_use(
    claim: Manifest,
    volume: Manifest | None,
    users: dict[tuple[str, str], list[Manifest]],
    node_names: dict[str, str],
) -> VolumeUse:
    metadata, spec = claim["metadata"], claim.get("spec") or {}
    pods = users.get((metadata["namespace"], metadata["name"]), [])
    capacity = (claim.get("status") or {}).get("capacity") or spec.get("resources", {}).get("requests") or {}
    volume_spec = (volume or {}).get("spec") or {}
    return VolumeUse(
        namespace=metadata["namespace"],
        claim=metadata["name"],
        pv=volume["metadata"]["name"] if volume else None,
        storage_class=class_of_claim(claim),
        capacity_bytes=parse_bytes(capacity.get("storage")),
        access_modes=tuple(spec.get("accessModes") or ()),
        node=_node(claim, volume_spec, pods, node_names),
        node_path=(volume_spec.get("hostPath") or volume_spec.get("local") or {}).get("path"),
        csi_driver=(volume_spec.get("csi") or {}).get("driver"),
        pods=tuple(sorted(pod["metadata"]["name"] for pod in pods)),
    )


def is_ephemeral(claim: Manifest) -> bool:
    """Say whether a claim was made for a generic ephemeral volume: it is named after its pod and the volume.

    A StatefulSet's claim may be controlled by a pod as well, while it waits to be removed; its name differs.
    """
    owner = controller_reference(claim)
    return (
        owner is not None
        and owner.get("kind") == "Pod"
        and str(claim["metadata"]["name"]).startswith(f"{owner.get('name')}-")
    )


def claims_of(pod: Manifest) -> set[str]:
    """Return the names of the claims a pod or pod template mounts."""
    mounted = (pod_spec(pod) or {}).get("volumes") or []
    return {
        entry["persistentVolumeClaim"]["claimName"] for entry in mounted if entry.get("persistentVolumeClaim")
    }


def _node(
    claim: Manifest, volume_spec: Manifest, users: Sequence[Manifest], node_names: dict[str, str]
) -> str | None:
    affinity = ((volume_spec.get("nodeAffinity") or {}).get("required") or {}).get("nodeSelectorTerms") or []
    for term in affinity:
        for rule in (term.get("matchExpressions") or []) + (term.get("matchFields") or []):
            if rule.get("key") in {HOSTNAME, "metadata.name"} and len(rule.get("values") or []) == 1:
                chosen = str(rule["values"][0])
                return node_names.get(chosen, chosen) if rule["key"] == HOSTNAME else chosen
    running = [pod for pod in users if (pod.get("status") or {}).get("phase") == "Running"]
    for pod in running or users:
        if (pod.get("spec") or {}).get("nodeName"):
            return str(pod["spec"]["nodeName"])
    return (claim["metadata"].get("annotations") or {}).get(SELECTED_NODE)
