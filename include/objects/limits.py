"""Know what OBS, or a copy into it, does not take. Pure functions.

Sources: the object naming rules and limits of OBS (a key of 1,024 bytes, an object of 48.8 TB, ten tags) and of the S3 API (user metadata
of 2 kB in all).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from include.inventory.model import Severity
from include.objects.attributes import OBS_NAMES
from include.objects.storage import Entry

LONGEST_KEY = 1024
LARGEST_OBJECT = 48_800_000_000_000
MOST_METADATA = 2048
MOST_TAGS = 10
ARCHIVES = frozenset({"GLACIER", "DEEP_ARCHIVE", "COLD", "ARCHIVE"})
RESTORED = 'ongoing-request="false"'


@dataclass(frozen=True)
class Limit:
    """Say what is the matter with objects, how bad that is, and what to do about it."""

    severity: Severity
    message: str
    remedy: str


LONG_KEY = Limit("blocker", f"keys longer than {LONGEST_KEY} bytes in UTF-8", "rename them on the source")
TOO_LARGE = Limit("blocker", "objects of more than 48.8 TB", "split them on the source")
ARCHIVED = Limit(
    "blocker",
    "objects in an archive, which cannot be read",
    "restore them on the source for the time of the migration",
)
CONTROL = Limit(
    "warning",
    "control characters in keys, which OBS's console and many clients refuse",
    "rename them on the source",
)
SLASHES = Limit(
    "warning",
    "keys with `//`, a leading `/` or a step `..`, which OBS's console refuses and clients change into other keys",
    "rename them on the source, or see that whatever reads them names them exactly so",
)
METADATA = Limit("blocker", f"user metadata of more than {MOST_METADATA} bytes", "shorten it on the source")
NOT_ASCII = Limit(
    "warning",
    "user metadata beyond ASCII, which stores encode differently",
    "look at it on the target after the copy",
)
TAGS = Limit("blocker", f"more than {MOST_TAGS} tags", "remove tags on the source")


def limits_of_entry(entry: Entry) -> Iterator[Limit]:
    """Yield what a listing shows."""
    key = entry.key
    if len(key.encode()) > LONGEST_KEY:
        yield LONG_KEY
    if entry.size > LARGEST_OBJECT:
        yield TOO_LARGE
    if any(character < " " or character == "\x7f" for character in key):
        yield CONTROL
    if "//" in key or key.startswith("/") or ".." in key.split("/"):
        yield SLASHES


def limits_of_answer(answer: Mapping[str, Any]) -> Iterator[Limit]:
    """Yield what an answer to HEAD shows."""
    metadata = answer.get("Metadata") or {}
    text = "".join(f"{name}{value}" for name, value in metadata.items())
    if len(text.encode()) > MOST_METADATA:
        yield METADATA
    if not text.isascii():
        yield NOT_ASCII
    if int(answer.get("TagCount") or 0) > MOST_TAGS:
        yield TAGS


def is_archived(entry: Entry) -> bool:
    """Say whether an object lies in an archive; it may have been restored for a while."""
    return entry.storage_class in ARCHIVES or OBS_NAMES.get(entry.storage_class) == "COLD"


def is_restored(answer: Mapping[str, Any]) -> bool:
    """Say whether an answer to HEAD tells of an archived object that it can be read now."""
    return RESTORED in str(answer.get("Restore") or "")
