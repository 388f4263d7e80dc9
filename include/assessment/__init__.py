"""Tell what a migration of the source means, before there is a target."""

from __future__ import annotations

from include.assessment.assessing import assess, assess_plan

__all__ = ["assess", "assess_plan"]
