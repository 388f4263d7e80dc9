"""Adapt Kubernetes objects to CCE by a pack of rules, and have the target judge them before the restore."""

from __future__ import annotations

from include.adaptation.adapting import adapt_objects
from include.adaptation.dry_run import dry_run_objects
from include.adaptation.hold import HELD, hold, hold_patch, release, release_patch, remembered
from include.adaptation.modifiers import modifiers_name, resource_modifiers
from include.adaptation.planned import adapted_plan
from include.adaptation.secrets import adapt_secrets

__all__ = [
    "HELD",
    "adapt_objects",
    "adapt_secrets",
    "adapted_plan",
    "dry_run_objects",
    "hold",
    "hold_patch",
    "modifiers_name",
    "release",
    "release_patch",
    "remembered",
    "resource_modifiers",
]
