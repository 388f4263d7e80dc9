"""Let each blob travel once: who needs one that is in the target already mounts it, and who needs one on its way waits."""

from __future__ import annotations

import threading
from collections.abc import Callable

from include.images.manifests import Blob
from include.images.target import TargetRegistry
from include.ledger import Ledger, safe_key

FOLDER = "images/blobs"
# Sending less is no more work than writing down where it is.
SMALLEST_WRITTEN_DOWN = 256 * 1024


class SharedBlobs:
    """Know in which repository of the target each blob is.

    Other tasks of the run and tries after a kill know it by the ledger.
    """

    def __init__(self, ledger: Ledger, target: TargetRegistry) -> None:
        self._ledger = ledger
        self._target = target
        self._lock = threading.Lock()
        self._places: dict[str, str] = {}
        self._flights: dict[str, threading.Event] = {}

    def next_of(self, waiting: list[Blob]) -> Blob:
        """Return a blob that nobody else is sending, or the first where all are on their way."""
        with self._lock:
            return next((blob for blob in waiting if blob.digest not in self._flights), waiting[0])

    def bring(self, blob: Blob, repository: str, send: Callable[[], object]) -> None:
        """Return when a repository has a blob.

        :param send: brings it from the source; called only when the target does not have it.
        """
        while flight := self._flight_of_another(blob):
            flight.wait()
        try:
            if not self._is_there(blob, repository):
                send()
            self._remember(blob, repository)
        finally:
            self._land(blob)

    def _flight_of_another(self, blob: Blob) -> threading.Event | None:
        """Return the flight to wait for; None when the blob may be mounted, or is this thread's to send."""
        with self._lock:
            if blob.digest in self._places:
                return None
            if blob.digest in self._flights:
                return self._flights[blob.digest]
            self._flights[blob.digest] = threading.Event()
            return None

    def _land(self, blob: Blob) -> None:
        with self._lock:
            flight = self._flights.pop(blob.digest, None)
        if flight:
            flight.set()

    def _is_there(self, blob: Blob, repository: str) -> bool:
        place = self._place(blob)
        if place and place != repository and self._target.mount(repository, blob.digest, place):
            return True
        return self._target.has_blob(repository, blob.digest)

    def _place(self, blob: Blob) -> str | None:
        with self._lock:
            if blob.digest in self._places:
                return self._places[blob.digest]
        name = _document(blob)
        if blob.size < SMALLEST_WRITTEN_DOWN or not self._ledger.exists(name):
            return None
        return str(self._ledger.read(name)["repository"])

    def _remember(self, blob: Blob, repository: str) -> None:
        with self._lock:
            if blob.digest in self._places:
                return
            self._places[blob.digest] = repository
        if blob.size >= SMALLEST_WRITTEN_DOWN:
            self._ledger.write(_document(blob), {"repository": repository})


def _document(blob: Blob) -> str:
    return f"{FOLDER}/{safe_key(blob.digest)}"
