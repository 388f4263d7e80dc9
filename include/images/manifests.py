"""Read an image's manifests as a tree: a manifest, or an index with what it lists."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


@dataclass(frozen=True)
class Blob:
    """Name a config or layer; `size` in bytes."""

    digest: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """Hold a manifest's exact bytes, and the manifests that it lists, in order."""

    media_type: str
    body: bytes = field(repr=False)
    children: tuple[Manifest, ...] = ()

    @property
    def digest(self) -> str:
        """Return the digest of the bytes: computed rather than believed, it names exactly what was read."""
        return f"sha256:{hashlib.sha256(self.body).hexdigest()}"

    @property
    def document(self) -> dict[str, Any]:
        """Return what the bytes say."""
        document: dict[str, Any] = json.loads(self.body)
        return document

    @property
    def entries(self) -> list[dict[str, Any]]:
        """Return the descriptors of the children."""
        return list(self.document.get("manifests") or [])

    @property
    def is_consistent(self) -> bool:
        """Say whether all children are those that their index names by digest."""
        return all(
            child.digest == entry.get("digest") and child.is_consistent
            for entry, child in zip(self.entries, self.children, strict=True)
        )

    def blobs(self) -> list[Blob]:
        """Return every config and layer of the tree, each once."""
        found = {blob.digest: blob for one in self.walk() for blob in one.own_blobs()}
        return list(found.values())

    def own_blobs(self) -> Iterator[Blob]:
        """Yield config and layers of this manifest; layers that lie elsewhere on purpose are left out."""
        document = self.document
        for part in [document.get("config") or {}, *(document.get("layers") or [])]:
            if part.get("digest") and not part.get("urls"):
                yield Blob(str(part["digest"]), int(part.get("size") or 0))

    def walk(self) -> Iterator[Manifest]:
        """Yield all manifests, children before what lists them: a registry takes them in this order."""
        for child in self.children:
            yield from child.walk()
        yield self


def changed(manifest: Manifest, document: dict[str, Any], children: tuple[Manifest, ...] = ()) -> Manifest:
    """Return a manifest that says something else."""
    body = json.dumps(document, separators=(",", ":")).encode()
    return Manifest(str(document.get("mediaType") or manifest.media_type), body, children)


def descriptor_of(entry: dict[str, Any], child: Manifest) -> dict[str, Any]:
    """Return an index's entry for a child that may have changed."""
    return {**entry, "mediaType": child.media_type, "digest": child.digest, "size": len(child.body)}
