"""Find objects that are new, gone or changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.inventory.model import label
from include.inventory.store import Inventory
from include.planning.drift.comparable import comparable, is_untouched, watched
from include.planning.drift.model import Change
from include.planning.exclusions import reason_to_exclude
from include.verification.comparing import CONFIDENTIAL_KINDS, compare
from include.verification.objects import autoscaled_workloads

MOST_DETAILS = 10

Manifest = dict[str, Any]


def object_changes(before: Inventory, after: Inventory, key: bytes) -> Iterator[Change]:
    """Yield the changes of all watched objects, by key.

    :param key: the one that the hashes of Secrets in both inventories were made with.
    """
    old, new = watched(before), watched(after)
    autoscaled = autoscaled_workloads(before) | autoscaled_workloads(after)
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            yield Change(object=label(new[name]), what="new")
        elif name not in new:
            yield Change(object=label(old[name]), what="gone", details=_why_gone(name, after))
        elif not is_untouched(old[name], new[name]):
            yield from _changed(old[name], new[name], key, is_autoscaled=name in autoscaled)


def _why_gone(name: str, after: Inventory) -> tuple[str, ...]:
    obj = after.by_key.get(name)
    return () if obj is None else (f"stays behind now: {reason_to_exclude(obj, after)}",)


def _changed(old: Manifest, new: Manifest, key: bytes, *, is_autoscaled: bool) -> Iterator[Change]:
    was, is_now = (comparable(obj, key, is_autoscaled=is_autoscaled) for obj in (old, new))
    with_values = old.get("kind") not in CONFIDENTIAL_KINDS
    details = [found.change_text(with_values=with_values) for found in compare(was, is_now)]
    if details:
        more = [f"and {len(details) - MOST_DETAILS} more"] if len(details) > MOST_DETAILS else []
        yield Change(object=label(new), what="changed", details=(*details[:MOST_DETAILS], *more))
