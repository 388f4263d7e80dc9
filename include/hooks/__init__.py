"""Run an application's own commands around its move: before the source stops, and after the target has started."""

from __future__ import annotations

from include.hooks.running import run_hooks

__all__ = ["run_hooks"]
