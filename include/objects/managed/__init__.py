"""Let a managed engine of the cloud fill a target bucket; what it does not carry, and the proof, stay with the copy."""

from __future__ import annotations

from include.objects.managed.filling import fill_by_managed_engine

__all__ = ["fill_by_managed_engine"]
