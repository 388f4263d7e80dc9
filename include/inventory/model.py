"""Shape what the inventory knows of images, volumes and obstacles."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["blocker", "warning", "info"]


@dataclass(frozen=True)
class ImageUse:
    """Tell that the cluster runs an image.

    `digest` is what the kubelet reports as pulled, `sha256:…`, or None when no pod runs it at the moment.
    `other_digests` are further ones seen under the same reference: a tag that was moved.
    """

    reference: str
    digest: str | None
    used_by: tuple[str, ...]
    other_digests: tuple[str, ...] = ()


@dataclass(frozen=True)
class VolumeUse:
    """Tell what a claim is, where its content lies, and who uses it.

    `node_path` is the folder on `node` for hostPath and local volumes, else None. `used_bytes` is None when
    only the node could tell.
    """

    namespace: str
    claim: str
    pv: str | None
    storage_class: str | None
    capacity_bytes: int
    access_modes: tuple[str, ...]
    node: str | None = None
    node_path: str | None = None
    csi_driver: str | None = None
    pods: tuple[str, ...] = ()
    used_bytes: int | None = None


@dataclass(frozen=True)
class Finding:
    """Report one obstacle: which rule, how bad, at what object, and what to do about it."""

    rule: str
    severity: Severity
    object: str
    message: str
    remedy: str

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as plain JSON."""
        return asdict(self)


def label(obj: dict[str, Any]) -> str:
    """Return e.g. `Deployment shop/web`, the name of an object in every text and report."""
    metadata = obj.get("metadata", {})
    namespace = metadata.get("namespace")
    name = metadata.get("name", "?")
    return f"{obj.get('kind', '?')} {namespace}/{name}" if namespace else f"{obj.get('kind', '?')} {name}"
