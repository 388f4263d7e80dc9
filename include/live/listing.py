"""List the documents of a ledger's folder with a stamp each, which changes when the document is written anew."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from include.ledger.storage import SUFFIX, local_path

if TYPE_CHECKING:
    from upath import UPath

Stamp = tuple[Any, ...]
Stamps = Mapping[str, Stamp]
# A clock tick in which a folder may have changed once more after it was read.
UNSURE_NANOSECONDS = 100_000_000
# An object store is asked for its list so often at most.
SECONDS_BETWEEN_LISTS = 2.0


class Listing(Protocol):
    """List documents below a run's folder."""

    def documents(self, folder: str) -> Stamps:
        """Return the documents below a folder by name, ready for `DocumentFolder.get`."""

    def document(self, name: str) -> Stamp | None:
        """Return the stamp of one document, or None when there is none."""


@dataclass(frozen=True)
class _Scan:
    stamp: int
    is_sure: bool
    files: Stamps
    folders: tuple[str, ...]


class LocalListing:
    """List a local folder. Documents appear by rename, which stamps their folder: an old stamp needs no second look."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._scans: dict[str, _Scan] = {}

    def documents(self, folder: str) -> Stamps:
        """Return the documents below a folder."""
        scan = self._scan(folder)
        if scan is None:
            return {}
        found = dict(scan.files)
        for name in scan.folders:
            found.update(self.documents(f"{folder}/{name}"))
        return found

    def document(self, name: str) -> Stamp | None:
        """Return the stamp of one document."""
        try:
            return _stamp((self._root / f"{name}{SUFFIX}").stat())
        except FileNotFoundError:
            return None

    def _scan(self, folder: str) -> _Scan | None:
        try:
            stamp = (self._root / folder).stat().st_mtime_ns
        except FileNotFoundError:
            return None
        known = self._scans.get(folder)
        if known is None or known.stamp != stamp or not known.is_sure:
            self._scans[folder] = self._read(folder, stamp)
        return self._scans[folder]

    def _read(self, folder: str, stamp: int) -> _Scan:
        files: dict[str, Stamp] = {}
        folders: list[str] = []
        is_sure = time.time_ns() - stamp > UNSURE_NANOSECONDS
        with os.scandir(self._root / folder) as entries:
            for entry in entries:
                if entry.is_dir():
                    folders.append(entry.name)
                elif entry.name.endswith(SUFFIX) and not entry.name.startswith("."):
                    files[f"{folder}/{entry.name.removesuffix(SUFFIX)}"] = _stamp(entry.stat())
        return _Scan(stamp, is_sure, files, tuple(folders))


class StoreListing:
    """List an object store, at most every two seconds: a list costs one request a thousand documents."""

    def __init__(self, root: UPath) -> None:
        self._root = root
        self._found: dict[str, Stamp] = {}
        self._at = float("-inf")

    def documents(self, folder: str) -> Stamps:
        """Return the documents below a folder."""
        return {name: stamp for name, stamp in self._all().items() if name.startswith(f"{folder}/")}

    def document(self, name: str) -> Stamp | None:
        """Return the stamp of one document."""
        return self._all().get(name)

    def _all(self) -> dict[str, Stamp]:
        if time.monotonic() - self._at > SECONDS_BETWEEN_LISTS:
            self._root.fs.invalidate_cache()
            rows = self._root.fs.find(self._root.path, detail=True)
            self._found = {self._name(path): _store_stamp(row) for path, row in rows.items()}
            self._at = time.monotonic()
        return self._found

    def _name(self, path: str) -> str:
        return path.strip("/").removeprefix(self._root.path.strip("/")).strip("/").removesuffix(SUFFIX)


def listing_of(root: UPath | Path) -> Listing:
    """Return what lists the run's folder."""
    local = local_path(root)
    return StoreListing(root) if local is None else LocalListing(local)


def _stamp(status: os.stat_result) -> Stamp:
    return status.st_mtime_ns, status.st_size, status.st_ino


def _store_stamp(row: Mapping[str, Any]) -> Stamp:
    return str(row.get("ETag") or row.get("LastModified") or row.get("mtime")), row.get("size")
