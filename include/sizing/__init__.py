"""Recommend the target's size from the inventory alone."""

from __future__ import annotations

from include.sizing.model import Advice, KnownSize
from include.sizing.recommending import recommend_target

__all__ = ["Advice", "KnownSize", "recommend_target"]
