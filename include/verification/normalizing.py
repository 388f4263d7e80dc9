"""Bring live objects into a form in which source and target can be compared."""

from __future__ import annotations

import copy
from typing import Any

from include.adaptation.hold import release
from include.adaptation.rules import jobs, server_fields, service_accounts, service_addresses
from include.adaptation.rules.claims import BINDING_FIELDS, BINDING_PREFIXES
from include.inventory.secrecy import LAST_APPLIED, decode, keyed_hash
from include.labels import OWNER

Manifest = dict[str, Any]

# Written by Velero and by the target's own controllers: allowed there, though not expected.
TARGET_PREFIXES = ("velero.io/", "kubernetes.io/elb.", "everest.io/", "cce-migration/")
TARGET_LABELS = frozenset({"kubernetes.io/metadata.name", OWNER})


def normalize(obj: Manifest, key: bytes) -> Manifest:
    """Return an object, live or adapted, as it takes part in the comparison; Secrets carry hashes made with the key."""
    seen = release(copy.deepcopy(obj))
    for rule in (server_fields, service_addresses, service_accounts, jobs):
        if rule.applies_to(seen):
            seen = rule.normalized(seen)
    (seen["metadata"].get("annotations") or {}).pop(LAST_APPLIED, None)
    if seen.get("kind") == "PersistentVolumeClaim":
        _drop_binding(seen)
    if seen.get("kind") == "StatefulSet":
        for template in (seen.get("spec") or {}).get("volumeClaimTemplates") or []:
            template.pop("status", None)
    if seen.get("kind") == "Secret" and seen.get("apiVersion") == "v1":
        seen["data"] = {name: hash_of(value, key) for name, value in (seen.get("data") or {}).items()}
    pruned = prune(seen)
    return pruned if isinstance(pruned, dict) else {}


def hash_of(value: Any, key: bytes) -> str:
    """Return the hash of a Secret's value: of a live base64 text, or the one an inventoried value carries."""
    return str(value["sha256"]) if isinstance(value, dict) else keyed_hash(key, decode(value))


def prune(node: Any) -> Any:
    """Leave out nulls and empty lists and mappings: servers write them or not as they like."""
    if isinstance(node, dict):
        pruned = {name: prune(value) for name, value in node.items()}
        return {name: value for name, value in pruned.items() if value not in (None, {}, [])}
    if isinstance(node, list):
        return [prune(value) for value in node]
    return node


def drop_marks(seen: Manifest, wanted: Manifest) -> Manifest:
    """Return the live object without labels and annotations that the target added and nobody expects."""
    metadata = dict(seen.get("metadata") or {})
    for part in ("labels", "annotations"):
        expected = (wanted.get("metadata") or {}).get(part) or {}
        metadata[part] = {
            name: value
            for name, value in (metadata.get(part) or {}).items()
            if name in expected or not (name.startswith(TARGET_PREFIXES) or name in TARGET_LABELS)
        }
    return {**seen, "metadata": prune(metadata)}


def _drop_binding(claim: Manifest) -> None:
    annotations = claim["metadata"].get("annotations") or {}
    claim["metadata"]["annotations"] = {
        name: value for name, value in annotations.items() if not name.startswith(BINDING_PREFIXES)
    }
    for name in BINDING_FIELDS:
        (claim.get("spec") or {}).pop(name, None)
