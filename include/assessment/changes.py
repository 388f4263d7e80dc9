"""Tell what the migration changes by itself, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from include.adaptation.context import AdaptationContext, context_of
from include.adaptation.pipeline import adapt, known_rules
from include.errors import ConnectionDetailsError
from include.images import map_reference
from include.inventory.disks import disk_claims
from include.inventory.ingress_backends import elb_backends
from include.inventory.model import label
from include.inventory.moved_addresses import moves_of
from include.inventory.store import Inventory
from include.planning.binding import planning_run
from include.planning.exclusions import reason_to_exclude
from include.planning.object_rows import object_rows

if TYPE_CHECKING:
    from include.definition import Definition
    from include.run import MigrationRun

EXAMPLES = 3
# Every object is written anew without what its former API server noted; that is no news to anybody.
UNREMARKABLE = frozenset({"server_fields", "source_hold"})
ADDRESSES = "moved_addresses"

Manifest = dict[str, Any]


def find_changes(run: MigrationRun, inventory: Inventory) -> list[Manifest]:
    """Return what each adaptation rule changes: `rule`, `what`, `count` and a few `examples`, most changes first."""
    context = _context(run, inventory)
    found: dict[str, list[str]] = {}
    for obj in inventory.objects():
        if reason_to_exclude(obj, inventory) is None:
            for rule in _rules_for(obj, context):
                found.setdefault(rule, []).append(label(obj))
    rows: list[Manifest] = [
        {
            "rule": rule,
            "what": _what(rule, run.definition),
            "count": len(names),
            "examples": sorted(names)[:EXAMPLES],
        }
        for rule, names in found.items()
    ]
    return sorted(rows, key=lambda row: (-int(row["count"]), row["rule"]))


def find_left_behind(inventory: Inventory) -> list[Manifest]:
    """Return what stays on the source: `resource`, `reason` and `count`, most objects first."""
    counts: dict[tuple[str, str], int] = {}
    for row in object_rows(inventory):
        if row.action == "exclude":
            place = (str(row.details["resource"]), str(row.details["reason"]))
            amount = len(row.details.get("names") or []) or int(row.details.get("count", 1))
            counts[place] = counts.get(place, 0) + amount
    rows: list[Manifest] = [
        {"resource": name, "reason": reason, "count": count} for (name, reason), count in counts.items()
    ]
    return sorted(rows, key=lambda row: (-int(row["count"]), row["resource"], row["reason"]))


def _what(rule: str, definition: Definition) -> str:
    """Return what a rule does, in its first sentence; of a user's rule the reason that stands in the definition."""
    written = {one.name: one.reason for one in definition.adaptation.rules}
    return written.get(rule) or str(known_rules()[rule].__doc__).partition("\n")[0].rstrip(".")


def _rules_for(obj: Manifest, context: AdaptationContext) -> Iterator[str]:
    # Of a Secret the inventory has hashes, and among them what its values become.
    if obj.get("kind") == "Secret":
        if any("adapted_sha256" in value for value in (obj.get("data") or {}).values()):
            yield ADDRESSES
        return
    _, rules = adapt(obj, context)
    yield from (rule for rule in rules if rule not in UNREMARKABLE)


def _context(run: MigrationRun, inventory: Inventory) -> AdaptationContext:
    """Return the context of the rules; an assessment may lack the connection that knows the target registry's host."""
    try:
        return context_of(planning_run(run), inventory)
    except ConnectionDetailsError:
        host = f"swr.{run.definition.target.region}"
        return AdaptationContext(
            definition=run.definition,
            moves=moves_of(run.definition),
            target_image=partial(map_reference, run.definition, host),
            registries=tuple(sorted(run.definition.images.hosts)),
            disk_claims=disk_claims(inventory, run.definition),
            elb_backends=elb_backends(inventory, run.definition),
        )
