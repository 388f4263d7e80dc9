"""Give an image Docker's media types in place of OCI's: configs and layers stay the same bytes."""

from __future__ import annotations

from typing import Any

from include.errors import PermanentError
from include.images.manifests import (
    DOCKER_LIST,
    DOCKER_MANIFEST,
    OCI_INDEX,
    OCI_MANIFEST,
    Manifest,
    changed,
    descriptor_of,
)

REFERENCE = "vnd.docker.reference.digest"
# https://github.com/opencontainers/image-spec/blob/main/media-types.md, "Compatibility Matrix"
TYPES = {
    OCI_INDEX: DOCKER_LIST,
    OCI_MANIFEST: DOCKER_MANIFEST,
    "application/vnd.oci.image.config.v1+json": "application/vnd.docker.container.image.v1+json",
    "application/vnd.oci.image.layer.v1.tar": "application/vnd.docker.image.rootfs.diff.tar",
    "application/vnd.oci.image.layer.v1.tar+gzip": "application/vnd.docker.image.rootfs.diff.tar.gzip",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
}
ZSTD = "application/vnd.oci.image.layer.v1.tar+zstd"


def with_docker_types(manifest: Manifest) -> Manifest:
    """Return an image whose manifests have Docker's media types, so other digests.

    :raises PermanentError: when a layer is compressed in a way for which Docker has no type.
    """
    children = tuple(with_docker_types(child) for child in manifest.children)
    document = manifest.document
    document["mediaType"] = TYPES.get(manifest.media_type, manifest.media_type)
    if children:
        entries = zip(manifest.entries, children, strict=True)
        renamed = dict(
            zip((one.digest for one in manifest.children), (one.digest for one in children), strict=True)
        )
        document["manifests"] = [_reference(descriptor_of(entry, child), renamed) for entry, child in entries]
    if document.get("config"):
        document["config"] = _converted(document["config"])
    if document.get("layers"):
        document["layers"] = [_converted(layer) for layer in document["layers"]]
    return changed(manifest, document, children)


def _reference(entry: dict[str, Any], renamed: dict[str, str]) -> dict[str, Any]:
    """An attestation names the image it speaks of by digest."""
    annotations = entry.get("annotations") or {}
    if annotations.get(REFERENCE) not in renamed:
        return entry
    return {**entry, "annotations": {**annotations, REFERENCE: renamed[annotations[REFERENCE]]}}


def _converted(part: dict[str, Any]) -> dict[str, Any]:
    media_type = str(part.get("mediaType", ""))
    if media_type == ZSTD:
        raise PermanentError(
            f"layer {part.get('digest')}: is compressed with zstd, for which Docker's manifests have no type, and SWR takes "
            "no OCI index; build the image again with gzip, or set images.target.oci_indexes to keep where the target takes them"
        )
    return {**part, "mediaType": TYPES.get(media_type, media_type)}
