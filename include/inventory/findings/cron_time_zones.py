"""CronJobs whose hour depends on where the cluster stands."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label, listed
from include.inventory.store import Inventory

RULE = "cron_time_zone"
SEVERITIES = ("blocker", "info")
WHY = "A schedule without time zone follows the clock of the control plane, and one with TZ= in it is refused on CCE."
# What Kubernetes looks for, wherever it stands.
INSIDE = "TZ"
HOURS = 1


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report time zones inside a schedule, and schedules of fixed hours without one."""
    unclear: dict[str, list[str]] = {}
    for job in inventory.objects("CronJob"):
        spec, metadata = job.get("spec") or {}, job["metadata"]
        schedule = str(spec.get("schedule", ""))
        if INSIDE in schedule:
            yield Finding(
                RULE,
                "blocker",
                label(job),
                f"has its time zone in the schedule ({schedule}), which Kubernetes refuses in new CronJobs",
                "write it to spec.timeZone on the source and take it out of the schedule",
            )
        elif not spec.get("timeZone") and _has_fixed_hour(schedule):
            unclear.setdefault(metadata["namespace"], []).append(metadata["name"])
    for namespace, names in sorted(unclear.items()):
        yield Finding(
            RULE,
            "info",
            f"CronJobs of {namespace}",
            f"run at hours without a time zone: {listed(names)}",
            "set spec.timeZone, unless both control planes keep UTC",
        )


def _has_fixed_hour(schedule: str) -> bool:
    fields = schedule.split()
    if len(fields) == 1:
        return fields[0] in {"@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"}
    return len(fields) > HOURS and not fields[HOURS].startswith("*")
