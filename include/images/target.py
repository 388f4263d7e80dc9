"""Put blobs and manifests into the target registry."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import httpx

from include.errors import PermanentError
from include.images.contents import ContentRegistry
from include.images.manifests import Blob, Manifest
from include.images.refusals import refusal
from include.registries.client import BUSY, BusyAnswer

logger = logging.getLogger(__name__)

# A login that was good when the upload began is asked for anew by the next one.
WORTH_ANOTHER_TRY = BUSY | {401}


class TargetRegistry(ContentRegistry):
    """Take images as https://github.com/opencontainers/distribution-spec describes it."""

    def has_blob(self, repository: str, digest: str) -> bool:
        """Say whether a repository has a blob."""
        path = f"/v2/{repository}/blobs/{digest}"
        return self.request("HEAD", path, _scope(repository)).status_code == 200

    def mount(self, repository: str, digest: str, other: str) -> bool:
        """Make a blob of another repository one of this one, without sending it; say whether the registry did."""
        path = f"/v2/{repository}/blobs/uploads/?mount={digest}&from={other}"
        answer = self.request("POST", path, _scope(repository), f"repository:{other}:pull")
        if answer.status_code == 202:
            self._cancel(repository, answer)
        return answer.status_code == 201

    def upload_problem(self, repository: str) -> str | None:
        """Begin an upload and cancel it; return why it is refused, or None."""
        answer = self.request("POST", f"/v2/{repository}/blobs/uploads/", _scope(repository))
        if answer.status_code == 202:
            self._cancel(repository, answer)
            return None
        return refusal(f"repository {self.host}/{repository}, target: pushing is refused", answer)

    def send_blob(self, repository: str, blob: Blob, pieces: Iterator[bytes]) -> None:
        """Upload a blob; the registry compares it with its digest.

        :raises PermanentError: when the registry refuses.
        :raises BusyAnswer: when it fails, or a token has ended meanwhile: another try may succeed.
        :raises httpx.TransportError: when either side breaks off; nothing of it stays.
        """
        begun = self.request("POST", f"/v2/{repository}/blobs/uploads/", _scope(repository))
        if begun.status_code != 202:
            raise PermanentError(refusal(self._name(repository, blob.digest), begun))
        place = httpx.URL(self.address(begun.headers["Location"])).copy_merge_params({"digest": blob.digest})
        headers = {"Content-Length": str(blob.size), "Content-Type": "application/octet-stream"}
        try:
            done = self.send_once("PUT", str(place), _scope(repository), headers=headers, content=pieces)
        except BaseException:
            self._cancel(repository, begun)
            raise
        if done.status_code != 201:
            self._cancel(repository, begun)
            if done.status_code in WORTH_ANOTHER_TRY:
                raise BusyAnswer(done)
            raise PermanentError(refusal(self._name(repository, blob.digest), done))

    def put_manifest(self, repository: str, name: str, manifest: Manifest) -> httpx.Response:
        """Put a manifest under a tag or its digest; what it names must be there. Return the answer."""
        path = f"/v2/{repository}/manifests/{name}"
        headers = {"Content-Type": manifest.media_type}
        return self.request("PUT", path, _scope(repository), headers=headers, content=manifest.body)

    def _cancel(self, repository: str, begun: httpx.Response) -> None:
        """Give an upload up. Registries clear up by themselves later: that this fails does no harm."""
        try:
            self.send_once("DELETE", self.address(begun.headers.get("Location", "")), _scope(repository))
        except httpx.TransportError as error:
            logger.debug("An upload to %s was not cancelled: %s", repository, error)

    def _name(self, repository: str, digest: str) -> str:
        return f"blob {self.host}/{repository}@{digest}, target"


def _scope(repository: str) -> str:
    return f"repository:{repository}:pull,push"
