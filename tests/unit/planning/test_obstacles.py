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
from tests.builders.definitions import definition
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


@pytest.mark.parametrize("engine", ["postgresql", "mariadb"])
def test_a_source_that_cannot_be_followed_is_named_before_its_target_is_ordered(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def follow(document: dict[str, Any]) -> None:
        document["databases"] = [one for one in document["databases"] if one["engine"] == engine]
        document["databases"][0]["mode"] = "follow"
        document["checks"] = []

    def find_source_obstacles(*_: Any) -> list[tuple[str, str, str]]:
        return [("blocker", "cannot be followed", "give its tables keys")]

    place = f"include.databases.{engine}.follow_obstacles.find_source_obstacles"
    monkeypatch.setattr(place, find_source_obstacles)
    run = lab_run(tmp_path, definition=definition(follow))

    found = list(databases.source_findings(run, run.definition.databases))

    assert [(one.severity, one.message) for one in found] == [("blocker", "cannot be followed")]
