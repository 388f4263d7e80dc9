"""Read what an image is made of from its registry, without pulling layers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from include.connections import RegistryAccess
from include.errors import PermanentError
from include.inventory.references import Reference
from include.planning.registry import ACCEPT, Registry

OCI_INDEX = "application/vnd.oci.image.index.v1+json"


@dataclass(frozen=True)
class ImageContents:
    """Hold an image's digest and the digests it is made of.

    :param digest: digest of the manifest or index itself.
    :param platforms: platform -> digests of config and layers, in order.
    :param blobs: digest -> size in bytes of every config and layer, each once.
    """

    digest: str
    media_type: str
    platforms: dict[str, list[str]] = field(default_factory=dict)
    blobs: dict[str, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Return the bytes of all configs and layers."""
        return sum(self.blobs.values())

    @property
    def is_oci_index(self) -> bool:
        """Say whether it is the kind of index that SWR refuses."""
        return self.media_type == OCI_INDEX

    @property
    def is_known(self) -> bool:
        """Say whether every manifest tells what it is made of.

        Schema 1 manifests and unknown types name no config and no layers: two of them would seem equal.
        """
        return bool(self.platforms) and all(self.platforms.values())


class ContentRegistry(Registry):
    """Read manifests."""

    def contents(self, reference: Reference) -> ImageContents | None:
        """Return what an image is made of, or None when the registry does not have it.

        :raises PermanentError: when the registry refuses the request.
        """
        answer = self._raw(reference.repository, reference.digest or reference.tag)
        if answer is None:
            return None
        manifest, media_type, digest = answer
        found = ImageContents(digest, media_type)
        is_whole = self._add(reference.repository, manifest, "image", found)
        return found if is_whole else None

    def _add(self, repository: str, manifest: dict[str, Any], name: str, found: ImageContents) -> bool:
        """Add a manifest, or every manifest of an index; say whether the registry had all of them."""
        if "manifests" not in manifest:
            _add_parts(manifest, name, found)
            return True
        for number, entry in enumerate(manifest["manifests"]):
            child = self._raw(repository, str(entry["digest"]))
            if child is None or not self._add(repository, child[0], platform_name(entry, number), found):
                return False
        return True

    def _raw(self, repository: str, name: str) -> tuple[dict[str, Any], str, str] | None:
        path = f"/v2/{repository}/manifests/{name}"
        answer = self.request("GET", path, f"repository:{repository}:pull", headers={"Accept": ACCEPT})
        if answer.status_code == 404:
            return None
        if not answer.is_success:
            raise PermanentError(
                f"image {self.host}/{repository}:{name}: the registry answered {answer.status_code}; "
                "check that the connection may read it"
            )
        manifest: dict[str, Any] = answer.json()
        media_type = str(manifest.get("mediaType") or answer.headers.get("Content-Type", ""))
        # Computed here rather than believed: the digest names exactly the bytes that were read.
        digest = f"sha256:{hashlib.sha256(answer.content).hexdigest()}"
        return manifest, media_type, digest


def open_registry(access: RegistryAccess) -> ContentRegistry:
    """Return a reader of one registry; close it after use."""
    return ContentRegistry(access)


def platform_name(entry: dict[str, Any], number: int) -> str:
    """Return `os/architecture[/variant]` of an index's entry; attestations get their place instead."""
    platform = entry.get("platform") or {}
    parts = [platform.get("os"), platform.get("architecture"), platform.get("variant")]
    name = "/".join(str(part) for part in parts if part)
    return name if name and not name.startswith("unknown") else f"entry {number}"


def _add_parts(manifest: dict[str, Any], platform: str, found: ImageContents) -> None:
    parts = [manifest.get("config") or {}, *(manifest.get("layers") or [])]
    sizes = {str(part["digest"]): int(part.get("size") or 0) for part in parts if part.get("digest")}
    name = platform if platform not in found.platforms else f"{platform} {len(found.platforms)}"
    found.platforms[name] = [str(part["digest"]) for part in parts if part.get("digest")]
    found.blobs.update(sizes)
