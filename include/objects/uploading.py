"""Write an object in parts: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass
class Upload:
    """Be an upload that was begun; `etag` is that of the object once it is complete."""

    client: Any
    place: Mapping[str, str]
    etag: str = ""

    def complete(self, parts: Sequence[Mapping[str, Any]]) -> None:
        """Make one object of its parts."""
        made = self.client.complete_multipart_upload(**self.place, MultipartUpload={"Parts": parts})
        self.etag = made["ETag"]


@contextmanager
def upload(client: Any, place: Mapping[str, str], parameters: Mapping[str, Any]) -> Generator[Upload]:
    """Yield an upload to complete; it is aborted when the block fails."""
    number = client.create_multipart_upload(**place, **parameters)["UploadId"]
    begun = Upload(client, {**place, "UploadId": number})
    try:
        yield begun
    except BaseException:
        client.abort_multipart_upload(**begun.place)
        raise
