"""Remember of each copied object what the proof needs, so that nothing is read twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from include.objects.storage import Entry

FIELDS = 5


class Written(NamedTuple):
    """Tell what was written: the version of the source, its SHA-256, the target's ETag, and what the object carries.

    The hash was made of the bytes as they passed. The target's server compared what it wrote with the MD5 of the same bytes,
    else it had refused them: as long as it lists that ETag, it holds these bytes.
    """

    source_version: str
    sha256: str
    target_etag: str
    attributes: str

    def text(self) -> str:
        """Return it as one line."""
        return " ".join(self)

    def is_of(self, source: Entry) -> bool:
        """Say whether the source still has what was read."""
        return self.source_version == source.version

    def is_held_by(self, target: Entry) -> bool:
        """Say whether the target still holds what was written."""
        return self.target_etag == target.etag


def written_of(text: str | None) -> Written | None:
    """Return what `text` gave."""
    parts = (text or "").split(" ")
    if len(parts) != FIELDS:
        return None
    return Written(f"{parts[0]} {parts[1]}", *parts[2:])


def attributes_digest(attributes: Mapping[str, Any]) -> str:
    """Return a short hash over what an object carries beside its content."""
    return hashlib.sha256(json.dumps(attributes, sort_keys=True).encode()).hexdigest()[:16]
