"""Bring whole images into the target: blobs first, then what lists them."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

import httpx

from include.errors import PermanentError
from include.images.docker_types import with_docker_types
from include.images.manifests import OCI_INDEX, Blob, Manifest
from include.images.refusals import refusal
from include.images.relay import Count, Place, Relay
from include.images.shared_blobs import SharedBlobs
from include.images.target import TargetRegistry

logger = logging.getLogger(__name__)


@dataclass
class Delivery:
    """Put images into one target registry. SWR refuses OCI indexes: they go with Docker's media types then."""

    target: TargetRegistry
    blobs: SharedBlobs
    relay: Relay
    _refused: set[str] = field(default_factory=set)

    def deliver(
        self, manifest: Manifest, source: Place, repository: str, name: str, count: Count
    ) -> Manifest:
        """Bring an image under a tag or its digest; return it as the target took it.

        :raises PermanentError: when a registry refuses a part of it.
        """
        self._bring_blobs(manifest, source, repository, count)
        if manifest.media_type in self._refused:
            return self._convert(manifest, repository, name)
        refused = self._put(manifest, repository, name)
        if refused is None:
            return manifest
        if manifest.media_type != OCI_INDEX:
            raise self._refusal(repository, name, refused)
        logger.info("Registry %s takes no OCI indexes; their media types are converted", self.target.host)
        self._refused.add(manifest.media_type)
        return self._convert(manifest, repository, name)

    def _bring_blobs(self, manifest: Manifest, source: Place, repository: str, count: Count) -> None:
        waiting = sorted(manifest.blobs(), key=lambda blob: -blob.size)
        while waiting:
            blob = self.blobs.next_of(waiting)
            waiting.remove(blob)
            self._bring(blob, source, repository, count)

    def _bring(self, blob: Blob, source: Place, repository: str, count: Count) -> None:
        self.blobs.bring(blob, repository, lambda: self.relay.send(blob, source, repository, count))

    def _convert(self, manifest: Manifest, repository: str, name: str) -> Manifest:
        converted = with_docker_types(manifest)
        refused = self._put(converted, repository, name)
        if refused is not None:
            raise self._refusal(repository, name, refused)
        return converted

    def _put(self, manifest: Manifest, repository: str, name: str) -> httpx.Response | None:
        """Put an image's manifests; return the answer that refuses one of them, or None."""
        for one in manifest.walk():
            answer = self.target.put_manifest(repository, name if one is manifest else one.digest, one)
            if not answer.is_success:
                return answer
        return None

    def _refusal(self, repository: str, name: str, answer: httpx.Response) -> PermanentError:
        return PermanentError(refusal(f"image {self.target.host}/{repository}:{name}, target", answer))
