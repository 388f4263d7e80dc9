"""Read what movers print: restic's JSON lines, and the line of the tree."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from include.errors import PermanentError
from include.progress import amount_of_total

TREE = "cce-tree"
TREE_WORDS = 6
TOP = "cce-top"
TOP_WORDS = 4
SAME = "cce-same"
ATTRIBUTES = "cce-attributes"

Document = dict[str, Any]


@dataclass(frozen=True)
class Tree:
    """Sum a file tree up: entries, one hash over all of them, and the rights of the top folder."""

    entries: int
    digest: str
    mode: str
    owner: str

    def as_json(self) -> Document:
        """Return plain data."""
        return asdict(self)


def read_tree(text: str) -> Tree:
    """Return the tree a mover printed last.

    :raises PermanentError: when there is none: the image lacks a program the script needs.
    """
    for line in reversed(text.splitlines()):
        words = line.split()
        if len(words) == TREE_WORDS and words[0] == TREE:
            return Tree(int(words[1]), words[2], words[3], f"{words[4]}:{words[5]}")
    raise PermanentError(
        "the mover printed no file tree; volumes.mover_image needs sh, find, stat, sort and sha256sum beside restic"
    )


def read_top(text: str) -> Tree | None:
    """Return the rights of the top folder, which a mover prints before anything else; None as long as it has not."""
    for line in text.splitlines():
        words = line.split()
        if len(words) == TOP_WORDS and words[0] == TOP:
            return Tree(0, "none", words[1], f"{words[2]}:{words[3]}")
    return None


def has_summary(text: str) -> bool:
    """Say whether restic has come to its end."""
    return any(document.get("message_type") == "summary" for document in _documents(text))


def seems_same(text: str) -> bool:
    """Say whether a mover saw no change since its pass before, and therefore made no snapshot."""
    return SAME in text.splitlines()


def counts_attributes(*texts: str) -> bool:
    """Say whether extended attributes and access lists are in the trees of all movers: their image has to have `getfattr`."""
    return all(ATTRIBUTES in text.splitlines() for text in texts)


def read_summary(text: str) -> Document:
    """Return restic's summary."""
    for document in reversed(_documents(text)):
        if document.get("message_type") == "summary":
            return document
    raise PermanentError("the mover printed no summary; volumes.mover_image needs restic 0.17 or newer")


def read_restore_size(text: str) -> int | None:
    """Return the bytes a restore of the snapshot writes, or None when the mover did not ask for them."""
    for document in reversed(_documents(text)):
        if "total_size" in document:
            return int(document["total_size"])
    return None


def progress_line(text: str) -> str:
    """Return how far restic is, in words."""
    for document in reversed(_documents(text)):
        if document.get("message_type") == "status" and document.get("total_bytes"):
            done = document.get("bytes_done", document.get("bytes_restored", 0))
            return amount_of_total(float(done or 0), float(document["total_bytes"]))
    return "works"


def _documents(text: str) -> list[Document]:
    found: list[Document] = []
    for line in text.splitlines():
        if line.startswith("{"):
            try:
                document: Document = json.loads(line)
                found.append(document)
            except ValueError:
                continue
    return found
