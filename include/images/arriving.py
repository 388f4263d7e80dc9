"""Tell from a source image alone what arrives of it, so that its digest on the target is known before the copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.errors import PermanentError
from include.images.choosing import Chosen, choose
from include.images.contents import contents_of
from include.images.docker_types import with_docker_types
from include.images.manifests import OCI_INDEX, Manifest

if TYPE_CHECKING:
    from include.definition import Images


@dataclass(frozen=True)
class Arrival:
    """Tell what a plan has to know of an image.

    :param digest: on the source.
    :param target_digest: on the target; another one when platforms are left out or media types converted.
    :param blobs: digest -> bytes of the configs and layers of all that is copied, each once.
    """

    digest: str
    target_digest: str
    blobs: Mapping[str, int]
    left_out: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Return the bytes of all that is copied."""
        return sum(self.blobs.values())


def arriving(manifest: Manifest, settings: Images) -> Chosen:
    """Return the manifests that the target gets of a source image.

    SWR takes no OCI indexes: they get Docker's media types, unless the definition says that the target takes them.

    :raises PermanentError: when nothing of it is chosen, when it does not say what it is made of, or when Docker has no
        type for one of its layers.
    """
    chosen = choose(manifest, settings)
    if not contents_of(chosen.manifest).is_known:
        raise PermanentError(
            f"its manifest ({manifest.media_type or 'no media type'}) names no config or layers, so its copy could not be "
            "proved; push it again with a current builder"
        )
    if chosen.manifest.media_type != OCI_INDEX or settings.target.oci_indexes == "keep":
        return chosen
    return Chosen(with_docker_types(chosen.manifest), chosen.left_out)


def arrival_of(manifest: Manifest, settings: Images) -> Arrival:
    """Return what a plan has to know of a source image.

    :raises PermanentError: as `arriving`.
    """
    found = arriving(manifest, settings)
    blobs = contents_of(found.manifest).blobs
    return Arrival(manifest.digest, found.manifest.digest, blobs, found.left_out)
