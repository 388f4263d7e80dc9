"""Talk to image registries as they ask to be talked to: logins, quotas, patience."""

from __future__ import annotations

from include.registries.client import RegistryClient, explain_refusal

__all__ = ["RegistryClient", "explain_refusal"]
