"""Read from the plan which images are copied, and which digests they will have on the target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.images.digests import pinned
from include.planning.model import Plan, PlanItem, load_plan

if TYPE_CHECKING:
    from include.run import MigrationRun

PHASE = "swr_image_sync"


def planned_images(run: MigrationRun, keys: list[str]) -> list[PlanItem]:
    """Return the plan's rows of these keys, the largest first so that none is left alone at the end."""
    plan = load_plan(run.ledger)
    return sorted((plan.item(PHASE, key) for key in keys), key=lambda item: (-item.bytes, item.key))


def expected_digest(item: PlanItem) -> str:
    """Return the digest that an image will have on the target; empty when the plan could not read it."""
    return str(item.details.get("target_digest") or "")


def pinned_targets(plan: Plan) -> dict[str, str]:
    """Return the target's reference by digest of every image that objects name by digest, by what they write."""
    return {
        item.source: pinned(item.target, expected_digest(item))
        for item in plan.items(PHASE, "image")
        if "@" in item.source and expected_digest(item)
    }
