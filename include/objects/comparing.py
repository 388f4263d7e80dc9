"""Compare two listings. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from include.objects.storage import Entry

Entries = dict[str, Entry]


@dataclass(frozen=True)
class Comparison:
    """Sort keys by what a copy has to do with them.

    `copy`: missing or different. `look_closer`: as long as each other, with ETags that do not compare, or newer on
    the source. `extra`: on the target only. `equal`: nothing to do.
    """

    copy: list[str] = field(default_factory=list)
    look_closer: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    equal: list[str] = field(default_factory=list)


def compare_listings(source: Entries, target: Entries) -> Comparison:
    """Return what differs by key, size, ETag and date."""
    found = Comparison(extra=sorted(set(target) - set(source)))
    for key in sorted(source):
        _list_for(source[key], target.get(key), found).append(key)
    return found


def with_unproved(found: Comparison, unproved: set[str]) -> Comparison:
    """Return a comparison that looks closer at keys whose last proof failed, though their listings are equal."""
    return Comparison(
        copy=found.copy,
        look_closer=sorted({*found.look_closer, *(unproved & set(found.equal))}),
        extra=found.extra,
        equal=[key for key in found.equal if key not in unproved],
    )


def removable(extra: Iterable[str], copied_before: Iterable[str]) -> list[str]:
    """Return the keys that the source has removed: on the target only, and copied by this run before."""
    return sorted(set(extra) & set(copied_before))


def _list_for(source: Entry, target: Entry | None, found: Comparison) -> list[str]:
    if target is None or source.size != target.size:
        return found.copy
    if source.etag != target.etag:
        return found.look_closer if source.is_multipart or target.is_multipart else found.copy
    # Stores set a new date whenever headers or metadata change, and a copy is younger than its source.
    return found.look_closer if source.modified > target.modified else found.equal
