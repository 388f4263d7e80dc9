"""Jobs that are at work."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.owners import controller_of, is_finished
from include.inventory.store import Inventory

RULE = "unfinished_job"
SEVERITIES = ("warning",)
WHY = "A Job that has not ended begins again on CCE: what it did on the source is done a second time."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report Jobs of nobody that have begun and not ended."""
    for job in inventory.objects("Job"):
        has_begun = bool((job.get("status") or {}).get("startTime"))
        is_asleep = bool((job.get("spec") or {}).get("suspend"))
        if has_begun and not is_asleep and not is_finished(job) and controller_of(job) is None:
            yield Finding(
                RULE,
                "warning",
                label(job),
                "is at work; the cutover stops it, and the target begins it anew",
                "wait until it has ended, or make sure that it may run twice",
            )
