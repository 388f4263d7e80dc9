"""Keep what was made of a run's documents, each until it is written anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include.errors import LedgerError
from include.ledger.storage import DocumentFolder
from include.live.listing import Stamp, listing_of

if TYPE_CHECKING:
    from upath import UPath

Document = dict[str, Any]
Shape = Callable[[Document], Any]
READERS = 8
MOST_READ_ALONE = 50


class Documents:
    """Read a run's documents, those that have not changed from memory. One thread at a time.

    What is kept is known by name and shape; a shape is therefore a function of a module, not one made at its call.

    :param root: the run's folder.
    """

    def __init__(self, root: UPath | Path) -> None:
        self._folder = DocumentFolder(root)
        self._listing = listing_of(root)
        self._kept: dict[tuple[str, Shape], tuple[Stamp, Any]] = {}
        self._folders: dict[tuple[str, Shape], tuple[Mapping[str, Stamp], Mapping[str, Any]]] = {}

    def all(self, folder: str, shape: Shape) -> Mapping[str, Any]:
        """Return what `shape` makes of each document below a folder, by name; the same object while nothing changes."""
        stamps = self._listing.documents(folder)
        known = self._folders.get((folder, shape))
        if known is not None and known[0] == stamps:
            return known[1]
        self._read(
            [name for name, stamp in stamps.items() if self._is_new(name, shape, stamp)], stamps, shape
        )
        found = {name: self._kept[name, shape][1] for name in stamps if (name, shape) in self._kept}
        self._folders[folder, shape] = (stamps, found)
        return found

    def one(self, name: str, shape: Shape = dict) -> Any:
        """Return what `shape` makes of one document, or None when there is none."""
        stamp = self._listing.document(name)
        if stamp is None:
            return None
        if self._is_new(name, shape, stamp):
            self._read([name], {name: stamp}, shape)
        return self._kept[name, shape][1] if (name, shape) in self._kept else None

    def fresh(self, name: str) -> Document | None:
        """Return one document as it is written, and keep nothing of it: for what few people look at."""
        return self._load(name)

    def _is_new(self, name: str, shape: Shape, stamp: Stamp) -> bool:
        known = self._kept.get((name, shape))
        return known is None or known[0] != stamp

    def _read(self, names: list[str], stamps: Mapping[str, Stamp], shape: Shape) -> None:
        for name, document in zip(names, self._load_all(names), strict=True):
            if document is not None:
                self._kept[name, shape] = (stamps[name], shape(document))

    def _load_all(self, names: list[str]) -> list[Document | None]:
        # A local file is read in less time than a thread is asked to.
        if len(names) < MOST_READ_ALONE or self._folder.is_local:
            return [self._load(name) for name in names]
        with ThreadPoolExecutor(READERS) as pool:
            return list(pool.map(self._load, names))

    def _load(self, name: str) -> Document | None:
        """Return a document, or None for one that went away meanwhile or is no object."""
        try:
            document = json.loads(self._folder.get(name))
        except (LedgerError, ValueError):
            return None
        return document if isinstance(document, dict) else None
