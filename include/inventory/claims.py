"""Read what claims and claim templates ask for."""

from __future__ import annotations

from typing import Any

# The annotation from before claims had a field for it; the server still follows it.
CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class"


def class_of_claim(claim: dict[str, Any]) -> str | None:
    """Return the StorageClass that a claim asks for; None for the default class."""
    annotations = claim.get("metadata", {}).get("annotations") or {}
    return annotations.get(CLASS_ANNOTATION) or (claim.get("spec") or {}).get("storageClassName") or None
