"""The parts that put every image into the source registry: the estate's own, and those of the migration's engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from lab import addresses
from lab.estate.image_list import ENGINE_IMAGES, ESTATE_IMAGES, Image
from lab.images.push import provide_image, registered_digest, registry_client
from lab.parts import Program

_THREADS = 4


class _Images:
    """Builds images and pushes those that the registry does not have."""

    address = addresses.SOURCE_REGISTRY_HOST

    def __init__(self, images: tuple[Image, ...]) -> None:
        self._images = images

    def prepare(self) -> None:
        """Build and push."""
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(_provide, self._images))

    def programs(self) -> list[Program]:
        """Return nothing: the registry is a part of its own."""
        return []

    def is_ready(self) -> bool:
        """Say whether the registry serves every image."""
        with registry_client() as client:
            return all(registered_digest(client, image.name) for image in self._images)

    def finish(self) -> None:
        """Do nothing more."""


class Images(_Images):
    """The estate's images."""

    name = "images"
    depends_on = ("source-registry", "dns")

    def __init__(self) -> None:
        super().__init__(ESTATE_IMAGES)


class EngineImages(_Images):
    """The images that a migration runs in the source cluster: nothing of the estate waits for them, and they are large."""

    name = "engine-images"
    depends_on = ("source-registry", "dns", "system-images", "images")

    def __init__(self) -> None:
        super().__init__(ENGINE_IMAGES)


def _provide(image: Image) -> str:
    return provide_image(image.build(), image.name)
