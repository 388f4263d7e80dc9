"""Put and get JSON texts under a root, a local folder or an object store."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from include.errors import LedgerError

if TYPE_CHECKING:
    from upath import UPath

SUFFIX = ".json"


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
        path = self._local / file_name
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
        try:
            _write_through(handle, text)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def get(self, name: str) -> str:
        """Return one document's text.

        :raises LedgerError: when there is none.
        """
        self._forget_listings()
        try:
            return str(self._place(name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise LedgerError(
                f"ledger document {self.root}/{name}{SUFFIX} does not exist; "
                "the step that writes it has not run yet or wrote to another ledger root"
            ) from None

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

    def _forget_listings(self) -> None:
        """Have an object store asked anew: its client would go on answering from what it listed first."""
        filesystem = getattr(self.root, "fs", None)
        if self._local is None and filesystem is not None:
            filesystem.invalidate_cache()

    def _place(self, name: str) -> UPath | Path:
        return (self._local if self._local is not None else self.root) / f"{name}{SUFFIX}"


def _write_through(handle: int, text: str) -> None:
    """Write to the disk itself, so that a crash leaves either the old or the new file."""
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o644)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def local_path(root: UPath | Path) -> Path | None:
    """Return the plain local path behind a root, or None when it is an object store."""
    if getattr(root, "protocol", "") in {"", "file", "local"}:
        return Path(root.path if hasattr(root, "path") else str(root))
    return None
