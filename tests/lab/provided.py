"""What a migration of the lab orders from the cloud."""

from __future__ import annotations

from .conftest import Outcome

MADE = (
    "cluster lab-target",
    "node pool general-eu-de-01",
    "node pool general-eu-de-02",
    "RDS for PostgreSQL, lab-orders",
    "RDS for MariaDB, lab-stock",
    "ELB lab-front",
)
# A rehearsal has made it, and its images stay there.
ORGANIZATION = "SWR organization shop"


def provided(outcome: Outcome) -> dict[str, str]:
    """Return what was done with each thing of the cloud, by what the texts call it."""
    plan = outcome.documents(".")["plan.json"]
    targets = {row["target"] for row in plan["items"] if "provide" in row["details"]}
    return {
        item["target"].partition(": ")[0]: item["action"]
        for item in outcome.report["items"]
        if item["target"] in targets
    }
