"""Prove that the target is what the source was: objects, running workloads, functions."""

from __future__ import annotations

from include.verification.checks import run_checks
from include.verification.objects import verify_objects
from include.verification.workloads import verify_workloads

__all__ = ["run_checks", "verify_objects", "verify_workloads"]
