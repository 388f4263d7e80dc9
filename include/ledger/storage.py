"""Put and get JSON texts under a root, a local folder or an object store."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from include.errors import LedgerError

if TYPE_CHECKING:
    from upath import UPath

SUFFIX = ".json"
READERS = 8
FILES_AT_ONCE = 64
BLOCK_BYTES = 2**20


class DocumentFolder:
    """Read and write documents by name; a reader never sees half of one.

    Local files appear by rename; an object store shows an object only once it is whole.
    """

    def __init__(self, root: UPath | Path) -> None:
        self.root = root
        self._local = local_path(root)

    @property
    def is_local(self) -> bool:
        """Say whether it is a local folder."""
        return self._local is not None

    def put(self, name: str, text: str) -> None:
        """Write one document atomically; the last writer wins."""
        self.put_text(f"{name}{SUFFIX}", text)

    def put_text(self, file_name: str, text: str) -> None:
        """Write one file atomically; the last writer wins."""
        if self._local is None:
            (self.root / file_name).write_text(text, encoding="utf-8")
            return
        self._put_local(self._local / file_name, lambda file: file.write(text.encode()))

    def _put_local(self, path: Path, fill: Callable[[IO[bytes]], object]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
        try:
            _write_through(handle, fill)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def get(self, name: str) -> str:
        """Return one document's text.

        :raises LedgerError: when there is none.
        """
        with self.open(name) as file:
            return file.read().decode()

    def open(self, name: str) -> IO[bytes]:
        """Return one document, open for reading.

        :raises LedgerError: when there is none.
        """
        self._forget_listings()
        try:
            return self._opened(self._place(name))
        except FileNotFoundError:
            raise LedgerError(
                f"ledger document {self.root}/{name}{SUFFIX} does not exist; "
                "the step that writes it has not run yet or wrote to another ledger root"
            ) from None

    def _opened(self, place: Any) -> IO[bytes]:
        if self._local is not None:
            return Path(place).open("rb")
        # What reads piece by piece would else be given 50 MiB at once.
        opened: IO[bytes] = place.fs.open(place.path, "rb", block_size=BLOCK_BYTES)
        return opened

    def has(self, name: str) -> bool:
        """Say whether the document exists."""
        self._forget_listings()
        return bool(self._place(name).is_file())

    def remove(self, name: str) -> None:
        """Remove one document; one that is not there stays away."""
        self._forget_listings()
        self._place(name).unlink(missing_ok=True)

    def names(self, folder: str) -> list[str]:
        """Return the names of all documents below a folder, sorted, ready for `get`."""
        self._forget_listings()
        top = self._local / folder if self._local is not None else self.root / folder
        if not top.is_dir():
            return []
        depth = len(top.parts)
        found = [
            "/".join(path.parts[depth:])
            for path in top.rglob(f"*{SUFFIX}")
            if not path.name.startswith(".") and path.is_file()
        ]
        return sorted(f"{folder}/{name.removesuffix(SUFFIX)}" for name in found)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield name and content of every file, sorted by name; what is removed meanwhile is left out."""
        self._forget_listings()
        top = self._local if self._local is not None else self.root
        depth = len(top.parts)
        found = sorted(
            ("/".join(path.parts[depth:]), path)
            for path in top.rglob("*")
            if not path.name.startswith(".") and path.is_file()
        )
        with ThreadPoolExecutor(READERS) as pool:
            for start in range(0, len(found), FILES_AT_ONCE):
                part = found[start : start + FILES_AT_ONCE]
                for (name, _), content in zip(
                    part, pool.map(_content, [path for _, path in part]), strict=True
                ):
                    if content is not None:
                        yield name, content

    def put_file(self, file_name: str, fill: Callable[[IO[bytes]], None]) -> None:
        """Write one binary file, which appears under its name once `fill` has written all of it."""
        if self._local is not None:
            self._put_local(self._local / file_name, fill)
            return
        with tempfile.TemporaryFile() as file:
            fill(file)
            file.seek(0)
            with (self.root / file_name).open("wb") as stored:
                shutil.copyfileobj(file, stored)

    def _forget_listings(self) -> None:
        """Have an object store asked anew: its client would go on answering from what it listed first."""
        filesystem = getattr(self.root, "fs", None)
        if self._local is None and filesystem is not None:
            filesystem.invalidate_cache()

    def _place(self, name: str) -> UPath | Path:
        return (self._local if self._local is not None else self.root) / f"{name}{SUFFIX}"


def _content(path: UPath | Path) -> bytes | None:
    try:
        return bytes(path.read_bytes())
    except FileNotFoundError:
        return None


def _write_through(handle: int, fill: Callable[[IO[bytes]], object]) -> None:
    """Write to the disk itself, so that a crash leaves either the old or the new file."""
    with os.fdopen(handle, "wb") as file:
        os.fchmod(file.fileno(), 0o644)
        fill(file)
        file.flush()
        os.fsync(file.fileno())


def local_path(root: UPath | Path) -> Path | None:
    """Return the plain local path behind a root, or None when it is an object store."""
    if getattr(root, "protocol", "") in {"", "file", "local"}:
        return Path(root.path if hasattr(root, "path") else str(root))
    return None
