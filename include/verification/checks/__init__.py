"""Check the functions that the definition names, on the target and, where that is harmless, on the source."""

from __future__ import annotations

from include.verification.checks.comparison import Comparison, read_comparisons
from include.verification.checks.job import remove_check_jobs
from include.verification.checks.running import run_checks

__all__ = ["Comparison", "read_comparisons", "remove_check_jobs", "run_checks"]
