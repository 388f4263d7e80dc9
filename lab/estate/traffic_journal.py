"""What the lab's customers were promised: every acknowledged order and upload, as lines of files.

One file a run of the traffic, named by its client, so that a run that was killed leaves whole files behind and the
next one begins with numbers of its own. A line is `order <sequence>`, `upload <name> <sha256>`, or `sent <sequence>`
for an order that was not acknowledged: it may be held or not, but never twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from lab import paths


@dataclass
class Promises:
    """What one client was promised. `sent` has the acknowledged sequences, too."""

    client: str
    acknowledged: set[int] = field(default_factory=set)
    sent: set[int] = field(default_factory=set)
    uploads: dict[str, str] = field(default_factory=dict)


class Journal:
    """Appends what one client was promised; each line is on its way to the disk before the next request is made."""

    def __init__(self, client: str) -> None:
        self.client = client
        self._file: TextIO = _path(client).open("a", buffering=1)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def order(self, sequence: int, *, is_acknowledged: bool) -> None:
        """Note an order that was acknowledged, or sent without an answer."""
        self._file.write(f"{'order' if is_acknowledged else 'sent'} {sequence}\n")

    def upload(self, name: str, digest: str) -> None:
        """Note an upload that was acknowledged."""
        self._file.write(f"upload {name} {digest}\n")


def read_promises() -> Iterator[Promises]:
    """Yield what each client was promised so far."""
    for path in sorted(_folder().glob("*.journal")):
        yield parse(path.stem, path.read_text())


def parse(client: str, text: str) -> Promises:
    """Return what a journal holds; a last line without its end was never finished, and counts as not written."""
    found = Promises(client)
    for line in text.splitlines(keepends=True):
        kind, *words = line.split()
        if not line.endswith("\n"):
            break
        if kind == "upload":
            found.uploads[words[0]] = words[1]
        else:
            found.sent.add(int(words[0]))
            if kind == "order":
                found.acknowledged.add(int(words[0]))
    return found


def _folder() -> Path:
    return paths.data_of("traffic")


def _path(client: str) -> Path:
    return _folder() / f"{client}.journal"
