"""Move blobs from registry to registry: what comes in goes out at once, and nothing is stored on the way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import stamina

from include.errors import PermanentError, TemporaryError, shorten
from include.images.contents import ContentRegistry
from include.images.manifests import Blob
from include.images.target import TargetRegistry
from include.registries import explain_refusal
from include.registries.client import BUSY, BusyAnswer
from include.throttle import Throttle

ATTEMPTS = 4
LONGEST_SECONDS = 24 * 3600.0
PIECE_BYTES = 512 * 1024

Count = Callable[[int], object]


@dataclass(frozen=True)
class Place:
    """Name a repository in an open registry."""

    registry: ContentRegistry
    repository: str


class Relay:
    """Send blobs, all of them together no faster than the throttle lets them."""

    def __init__(self, target: TargetRegistry, throttle: Throttle) -> None:
        self._target = target
        self._throttle = throttle
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Break off what is on its way: for a task that is being stopped."""
        self._stopped.set()

    def send(self, blob: Blob, source: Place, repository: str, count: Count) -> None:
        """Send a blob from a source into a repository of the target.

        :param count: is told the bytes of each piece.
        :raises PermanentError: when one of the registries refuses.
        :raises TemporaryError: when the connection breaks again and again.
        """
        attempts = stamina.retry_context(
            on=(httpx.TransportError, BusyAnswer),
            attempts=ATTEMPTS,
            timeout=LONGEST_SECONDS,
            wait_initial=0.5,
        )
        try:
            for attempt in attempts:
                with attempt:
                    self._send(blob, source, repository, count)
        except (httpx.TransportError, BusyAnswer) as error:
            raise TemporaryError(
                f"blob {source.registry.host}/{source.repository}@{blob.digest}, source: broke off {ATTEMPTS} times on its way to "
                f"{self._target.host} ({shorten(str(error), 160) or type(error).__name__}); check the network between worker and "
                "registries, and whether the target's storage is full; what has arrived is not sent again"
            ) from error

    def _send(self, blob: Blob, source: Place, repository: str, count: Count) -> None:
        path = f"/v2/{source.repository}/blobs/{blob.digest}"
        with source.registry.stream(path, f"repository:{source.repository}:pull") as answer:
            if answer.status_code in BUSY:
                raise BusyAnswer(answer)
            if not answer.is_success:
                answer.read()
                raise PermanentError(
                    f"blob {source.registry.host}/{source.repository}@{blob.digest}, source: the registry answered "
                    f"{explain_refusal(answer)}; {_remedy(answer.status_code)}"
                )
            self._target.send_blob(repository, blob, self._pieces(answer, count))

    def _pieces(self, answer: httpx.Response, count: Count) -> Iterator[bytes]:
        for piece in answer.iter_raw(PIECE_BYTES):
            if self._stopped.is_set():
                raise TemporaryError("the task is being stopped; its retry sends what has not arrived")
            self._throttle.take(len(piece))
            count(len(piece))
            yield piece


def _remedy(status: int) -> str:
    if status in {401, 403}:
        return "its login has ended or may not read it: correct the connection, then clear the task: it goes on from there"
    return "push the image again, a part of it is missing"
