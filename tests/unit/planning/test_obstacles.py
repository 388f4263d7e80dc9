"""What is found beside the cluster is told in the same words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.databases import obstacles as databases
from include.inventory.store import Inventory, save_inventory
from include.objects import census as objects
from include.objects import settings as buckets
from include.planning.obstacles import data_findings
from tests.builders.runs import run as lab_run
from tests.unit.objects.fake_store import FakeStore


def test_findings_of_databases_and_buckets_say_why_they_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find_obstacles(*_: Any, **__: Any) -> list[tuple[str, str, str]]:
        return [("warning", "is odd", "look at it")]

    for engine in ("postgresql", "mariadb"):
        monkeypatch.setattr(f"include.databases.{engine}.obstacles.find_obstacles", find_obstacles)
    monkeypatch.setattr(buckets, "open_storage", lambda _: None)
    monkeypatch.setattr(buckets, "settings_of", lambda *_: ["its policy"])
    monkeypatch.setattr(objects, "open_storage", lambda _: FakeStore([0]))

    run = lab_run(tmp_path)
    save_inventory(run.ledger, Inventory({}))

    found = [(one.rule, one.severity, one.object, one.why) for one in data_findings(run)]

    assert found == [
        (databases.RULE, "warning", "database shop-orders", databases.WHY),
        (databases.RULE, "warning", "database warehouse-stock", databases.WHY),
        (buckets.RULE, "warning", "bucket product-pictures", buckets.WHY),
    ]
