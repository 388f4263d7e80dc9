"""Hold a piece of an object between its two stores, hashed as it came."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

# What is larger waits on disk: many threads hold one each.
IN_MEMORY = 8 * 1024 * 1024


@dataclass(frozen=True)
class Piece:
    """Be what a PUT sends: its body, its length, and its MD5 as the header `Content-MD5` has it."""

    body: IO[bytes] | bytes
    size: int
    md5: str


@contextmanager
def spooled(blocks: Iterable[bytes], size: int, whole: Any) -> Generator[Piece]:
    """Give a piece of a stream.

    :param size: the expected length in bytes, which says where it waits.
    :param whole: hash object of the whole stream, which takes the piece in.
    """
    md5 = hashlib.md5(usedforsecurity=False)
    if size <= IN_MEMORY:
        body = b"".join(blocks)
        md5.update(body)
        whole.update(body)
        yield Piece(body, len(body), _header(md5.digest()))
        return
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        for block in blocks:
            md5.update(block)
            whole.update(block)
            file.write(block)
        length = file.tell()
        file.seek(0)
        yield Piece(cast("IO[bytes]", file), length, _header(md5.digest()))


def _header(digest: bytes) -> str:
    return base64.b64encode(digest).decode()
