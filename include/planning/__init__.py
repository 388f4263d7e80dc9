"""Check what has to be so, plan every item, and prepare the targets."""

from __future__ import annotations

from include.planning.completing import complete_plan
from include.planning.making import make_target
from include.planning.model import Plan, PlanItem, load_plan
from include.planning.obstacles import find_obstacles, refuse_blockers
from include.planning.planner import plan_migration
from include.planning.preflight_checks import check_preflight, check_target
from include.planning.summary import plan_summary
from include.planning.targets import prepare_targets

__all__ = [
    "Plan",
    "PlanItem",
    "check_preflight",
    "check_target",
    "complete_plan",
    "find_obstacles",
    "load_plan",
    "make_target",
    "plan_migration",
    "plan_summary",
    "prepare_targets",
    "refuse_blockers",
]
