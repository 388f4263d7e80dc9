"""Make ConfigMaps that hold one document, unless it is more than a ConfigMap takes."""

from __future__ import annotations

from typing import Any

from include.errors import PermanentError

# What etcd takes of one object, with room for the rest of the ConfigMap.
MOST_BYTES = 1_000_000


def document_config_map(
    namespace: str, name: str, key: str, text: str, labels: dict[str, str] | None = None
) -> dict[str, Any]:
    """Return a ConfigMap with one key.

    :raises PermanentError: when the text does not fit.
    """
    size = len(text.encode())
    if size > MOST_BYTES:
        raise PermanentError(
            f"ConfigMap {namespace}/{name}: {key} has {size} bytes, more than a ConfigMap takes, and Velero reads it from one "
            "alone; migrate fewer namespaces in one run"
        )
    metadata: dict[str, Any] = {"name": name, "namespace": namespace}
    if labels:
        metadata["labels"] = labels
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {key: text}}
