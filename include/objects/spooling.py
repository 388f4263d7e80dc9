"""Hold a piece of an object between its two stores."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import IO, Any, cast

BLOCK = 1 << 20
# What is larger waits on disk: many threads hold one each.
IN_MEMORY = 8 * 1024 * 1024


@dataclass(frozen=True)
class Piece:
    """Be what a PUT sends: its body, its length, and its MD5 as the header `Content-MD5` has it. Close it after use."""

    body: IO[bytes] | bytes
    size: int
    md5: str

    def hash_into(self, hasher: Any) -> None:
        """Let a hash take the body in, and leave it at its beginning."""
        if isinstance(self.body, bytes):
            hasher.update(self.body)
            return
        self.body.seek(0)
        while block := self.body.read(BLOCK):
            hasher.update(block)
        self.body.seek(0)

    def close(self) -> None:
        """Forget the body."""
        if not isinstance(self.body, bytes):
            self.body.close()

    def __enter__(self) -> Piece:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def spooled(blocks: Iterable[bytes], size: int) -> Piece:
    """Return a piece of a stream.

    :param size: the expected length in bytes, which says where it waits.
    """
    if size <= IN_MEMORY:
        body = b"".join(blocks)
        return Piece(body, len(body), _header(hashlib.md5(body, usedforsecurity=False)))
    return _on_disk(blocks)


def _on_disk(blocks: Iterable[bytes]) -> Piece:
    md5 = hashlib.md5(usedforsecurity=False)
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # ruff: ignore[open-file-with-context-handler]
    try:
        for block in blocks:
            md5.update(block)
            file.write(block)
        length = file.tell()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return Piece(cast("IO[bytes]", file), length, _header(md5))


def _header(md5: Any) -> str:
    return base64.b64encode(md5.digest()).decode()
