"""Predict how many requests the migration of a bucket takes: stores ask money for them, and for what leaves them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from include.objects.storage import Entry
from include.objects.transfer import DEFAULT_PART, WHOLE
from include.planning.storage_client import PAGE

# The census, two passes of the warm copy and its proof, the delta and its proof; the target has no census.
SOURCE_LISTINGS = 6
TARGET_LISTINGS = 5


@dataclass(frozen=True)
class Estimate:
    """Count requests of a first copy with its proof and a delta in which nothing changed.

    :param in_parts: objects that are copied in parts, `parts` of them in all.
    :param tagged: share of the objects that have tags.
    :param in_pieces: each piece is proved by itself before the whole is.
    """

    objects: int
    in_parts: int = 0
    parts: int = 0
    tagged: float = 0.0
    in_pieces: bool = False

    def requests(self) -> dict[str, int]:
        """Return the requests of both sides by kind."""
        whole = self.objects - self.in_parts
        pages, tagged = ceil(self.objects / PAGE), round(self.objects * self.tagged)
        more = 1 if self.in_pieces else 0
        return {
            "source LIST": pages * (SOURCE_LISTINGS + more),
            "source GET": whole + self.parts,
            # its headers, and the size of its first part
            "source HEAD": 2 * self.in_parts,
            "source tagging": tagged,
            "target LIST": pages * (TARGET_LISTINGS + more),
            # the beginning and the end of an upload are requests, too
            "target PUT": whole + self.parts + 2 * self.in_parts,
            "target HEAD": self.objects,
            "target tagging": tagged,
        }


def parts_of(entry: Entry) -> int:
    """Return in how many parts an object is copied, 0 when it is copied whole."""
    if not entry.size or not (entry.is_multipart or entry.size > WHOLE):
        return 0
    count = entry.etag.rpartition("-")[2]
    return int(count) if entry.is_multipart and count.isdigit() else ceil(entry.size / DEFAULT_PART)
