"""Movers that are written down instead of being run."""

from __future__ import annotations

from typing import Any

import pytest

from include.planning.model import PlanItem
from include.volumes import copying
from include.volumes.manifests import Mover

SUMMARY = '{"message_type": "summary", "snapshot_id": "0123456789"}\ncce-tree 1 abc 755 0 0\n'


def record_movers(monkeypatch: pytest.MonkeyPatch, row: PlanItem) -> list[Mover]:
    """Have the copy of one volume run no movers; return the list that they are written into."""
    seen: list[Mover] = []

    def run_mover(cluster: Any, mover: Mover, secrets: dict[str, str]) -> str:
        seen.append(mover)
        return SUMMARY

    monkeypatch.setattr(copying, "run_mover", run_mover)
    monkeypatch.setattr(copying, "has_repository", lambda run: True)
    monkeypatch.setattr(copying, "is_traffic_on_target", lambda run: False)
    monkeypatch.setattr(copying, "volume_rows", lambda run, keys: [row])
    return seen
