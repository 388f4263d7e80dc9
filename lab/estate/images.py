"""The part that puts every image into the source registry: the estate's own, and those of the migration's engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from lab import addresses
from lab.estate.image_list import ENGINE_IMAGES, ESTATE_IMAGES, Image
from lab.images.push import provide_image, registered_digest, registry_client
from lab.parts import Program

_THREADS = 4


class Images:
    """Builds the images and pushes those that the registry does not have."""

    name = "images"
    depends_on = ("source-registry", "dns")
    address = addresses.SOURCE_REGISTRY_HOST

    def prepare(self) -> None:
        """Build and push."""
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(_provide, (*ESTATE_IMAGES, *ENGINE_IMAGES)))

    def programs(self) -> list[Program]:
        """Return nothing: the registry is a part of its own."""
        return []

    def is_ready(self) -> bool:
        """Say whether the registry serves every image."""
        with registry_client() as client:
            digests = [registered_digest(client, image.name) for image in (*ESTATE_IMAGES, *ENGINE_IMAGES)]
        return all(digests)

    def finish(self) -> None:
        """Do nothing more."""


def _provide(image: Image) -> str:
    return provide_image(image.build(), image.name)
