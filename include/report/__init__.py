"""Join plan, items and proofs into the report of a run."""

from __future__ import annotations

from include.report.building import build_report
from include.report.finding import find_report
from include.report.writing import kind_of_run, write_plan_page, write_report

__all__ = ["build_report", "find_report", "kind_of_run", "write_plan_page", "write_report"]
