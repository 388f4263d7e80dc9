"""Prove that the target is what the source was: objects, what runs, functions."""

from __future__ import annotations

from include.verification.checks import read_comparisons, remove_check_jobs, run_checks
from include.verification.objects import verify_objects
from include.verification.running import verify_running
from include.verification.workloads import expected_workloads, verify_workloads

__all__ = [
    "expected_workloads",
    "read_comparisons",
    "remove_check_jobs",
    "run_checks",
    "verify_objects",
    "verify_running",
    "verify_workloads",
]
