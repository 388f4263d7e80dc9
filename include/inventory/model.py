"""Shape what the inventory knows of images, volumes and obstacles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from include.phases import PhaseId

MOST_NAMED = 5

Severity = Literal["blocker", "warning", "info"]
# The worst first.
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@dataclass(frozen=True)
class ImageUse:
    """Tell that the cluster runs an image.

    `digest` is what the kubelet reports as pulled, `sha256:…`, or None when no pod runs it at the moment.
    `other_digests` are further ones seen under the same reference: a tag that was moved. `nodes` have pulled it for a pod.
    """

    reference: str
    digest: str | None
    used_by: tuple[str, ...]
    other_digests: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True)
class VolumeUse:
    """Tell what a claim is, where its content lies, and who uses it.

    `node_path` is the folder on `node` for hostPath and local volumes, else None. `used_bytes` is None when its
    node did not tell; `files` then, too.
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
    files: int | None = None

    @property
    def name(self) -> str:
        """Return `namespace/claim`."""
        return f"{self.namespace}/{self.claim}"

    @property
    def bytes_to_move(self) -> int:
        """Return the used bytes where they are known, else the claimed ones: there cannot be more."""
        return self.capacity_bytes if self.used_bytes is None else self.used_bytes


@dataclass(frozen=True)
class Finding:
    """Report one obstacle: which rule, how bad, at what object, and what to do about it.

    `why` says what would happen on CCE; every finding of a rule has the same. `handled_by` is the phase that deals with it
    by itself, or None when a person has to.
    """

    rule: str
    severity: Severity
    object: str
    message: str
    remedy: str
    why: str = ""
    handled_by: PhaseId | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as plain JSON."""
        return asdict(self)


def label(obj: dict[str, Any]) -> str:
    """Return e.g. `Deployment shop/web`, the name of an object in every text and report."""
    metadata = obj.get("metadata", {})
    namespace = metadata.get("namespace")
    name = metadata.get("name", "?")
    return f"{obj.get('kind', '?')} {namespace}/{name}" if namespace else f"{obj.get('kind', '?')} {name}"


def listed(names: Iterable[str]) -> str:
    """Return names for a text, sorted; of many the first few and how many more there are."""
    found = sorted(set(names))
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    return ", ".join(found[:MOST_NAMED]) + more
