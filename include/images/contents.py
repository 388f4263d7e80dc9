"""Read what an image is made of from its registry, without pulling layers."""

from __future__ import annotations

from dataclasses import dataclass, field

from include.errors import PermanentError
from include.images.choosing import platform_name
from include.images.manifests import Manifest
from include.inventory.references import Reference
from include.planning.registry import ACCEPT, Registry
from include.registries import explain_refusal


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
    def is_known(self) -> bool:
        """Say whether every manifest tells what it is made of.

        Schema 1 manifests and unknown types name no config and no layers: two of them would seem equal.
        """
        return bool(self.platforms) and all(self.platforms.values())


def contents_of(manifest: Manifest) -> ImageContents:
    """Return what an image is made of."""
    found = ImageContents(manifest.digest, manifest.media_type)
    _add(manifest, "image", found)
    return found


def _add(manifest: Manifest, name: str, found: ImageContents) -> None:
    if "manifests" not in manifest.document:
        _add_parts(manifest, name, found)
    for number, (entry, child) in enumerate(zip(manifest.entries, manifest.children, strict=True)):
        _add(child, platform_name(entry, number), found)


def _add_parts(manifest: Manifest, platform: str, found: ImageContents) -> None:
    document = manifest.document
    parts = [document.get("config") or {}, *(document.get("layers") or [])]
    name = platform if platform not in found.platforms else f"{platform} {len(found.platforms)}"
    found.platforms[name] = [str(part["digest"]) for part in parts if part.get("digest")]
    found.blobs.update({
        str(part["digest"]): int(part.get("size") or 0) for part in parts if part.get("digest")
    })


class ContentRegistry(Registry):
    """Read manifests."""

    def manifest(self, reference: Reference) -> Manifest | None:
        """Return an image's manifests, or None when the registry does not have all of them.

        :raises PermanentError: when the registry refuses the request.
        """
        return self._read(reference.repository, reference.digest or reference.tag)

    def _read(self, repository: str, name: str) -> Manifest | None:
        path, scope = f"/v2/{repository}/manifests/{name}", f"repository:{repository}:pull"
        answer = self.request("GET", path, scope, headers={"Accept": ACCEPT})
        if answer.status_code == 404:
            return None
        if not answer.is_success:
            raise PermanentError(
                f"image {self.host}/{repository}:{name}: the registry answered {explain_refusal(answer)}; "
                "check that the login of the connection is right and may read it"
            )
        found = Manifest(answer.headers.get("Content-Type", ""), answer.content)
        children = [self._read(repository, str(entry["digest"])) for entry in found.entries]
        if None in children:
            return None
        media_type = str(found.document.get("mediaType") or found.media_type)
        return Manifest(media_type, found.body, tuple(child for child in children if child))
