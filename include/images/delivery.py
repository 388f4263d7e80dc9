"""Bring whole images into the target: blobs first, then what lists them."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from include.errors import PermanentError
from include.images.manifests import OCI_INDEX, Blob, Manifest
from include.images.refusals import refusal
from include.images.relay import Count, Place, Relay
from include.images.shared_blobs import SharedBlobs
from include.images.target import TargetRegistry
from include.registries import explain_refusal


@dataclass
class Delivery:
    """Put images into one target registry."""

    target: TargetRegistry
    blobs: SharedBlobs
    relay: Relay

    def deliver(self, manifest: Manifest, source: Place, repository: str, name: str, count: Count) -> None:
        """Bring an image under a tag or its digest: blobs, then the manifests as they are given.

        :raises PermanentError: when a registry refuses a part of it.
        """
        self._bring_blobs(manifest, source, repository, count)
        for one in manifest.walk():
            part = name if one is manifest else one.digest
            answer = self.target.put_manifest(repository, part, one)
            if not answer.is_success:
                raise self._refusal(repository, name, one, answer)

    def _bring_blobs(self, manifest: Manifest, source: Place, repository: str, count: Count) -> None:
        waiting = sorted(manifest.blobs(), key=lambda blob: -blob.size)
        while waiting:
            blob = self.blobs.next_of(waiting)
            waiting.remove(blob)
            self._bring(blob, source, repository, count)

    def _bring(self, blob: Blob, source: Place, repository: str, count: Count) -> None:
        self.blobs.bring(blob, repository, lambda: self.relay.send(blob, source, repository, count))

    def _refusal(
        self, repository: str, name: str, manifest: Manifest, answer: httpx.Response
    ) -> PermanentError:
        what = f"image {self.target.host}/{repository}:{name}, target"
        if manifest.media_type == OCI_INDEX:
            return PermanentError(
                f"{what}: the registry answered {explain_refusal(answer)} to an OCI index; set images.target.oci_indexes to "
                "convert, and images.referrers to drop where such an index refers to an image"
            )
        return PermanentError(refusal(what, answer))
