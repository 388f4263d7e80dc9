"""What answers is known, what does not is unknown; nothing fails for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.assessment import measuring
from include.assessment.measuring import measure, measured_by_plan
from include.errors import PermanentError, TemporaryError
from include.inventory.model import ImageUse
from include.planning.model import Plan, PlanItem
from include.planning.registry import RemoteImage
from include.run import MigrationRun
from include.sizing import KnownSize
from tests.builders.connections import connection_documents
from tests.builders.runs import run as lab_run

IMAGES = [ImageUse(f"registry.source.lab/shop/{name}:1", None, ("x",)) for name in ("api", "gone")]
STRANGER = ImageUse("quay.io/a/b:1", None, ("x",))


class FakeRegistry:
    """Answer for a registry that is up, or not."""

    is_up = True

    def __init__(self, access: Any) -> None:
        self.asked: list[str] = []

    def check_login(self) -> None:
        if not self.is_up:
            raise TemporaryError("no answer")

    def image(self, reference: Any) -> RemoteImage:
        assert self.is_up, "a registry that does not answer is not asked again"
        if "gone" in reference.repository:
            raise PermanentError("not found")
        return RemoteImage("sha256:aa", 1000)

    def close(self) -> None:
        pass


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MigrationRun:
    monkeypatch.setattr(measuring, "Registry", FakeRegistry)
    monkeypatch.setattr(measuring, "database_size", lambda access, name: 5000)
    monkeypatch.setattr(measuring, "connection_limit", lambda access: 100)
    monkeypatch.setattr(measuring, "open_storage", lambda access: None)
    monkeypatch.setattr(measuring, "list_objects", lambda client, bucket: [("a", 1), ("b", 2)])
    return lab_run(tmp_path)


def test_what_answers_is_known(run: MigrationRun) -> None:
    measured = measure(run, [*IMAGES, STRANGER])

    assert measured.databases == dict.fromkeys(("shop-orders", "warehouse-stock"), KnownSize(5000, 100))
    assert measured.buckets == {"product-pictures": KnownSize(3, 2)}
    assert measured.images == {
        IMAGES[0].reference: KnownSize(1000),
        IMAGES[1].reference: KnownSize(problem="refused"),
        STRANGER.reference: KnownSize(problem="the definition names no connection for its registry"),
    }


def test_what_does_not_answer_is_unknown(run: MigrationRun, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> None:
        raise OSError("connection refused")

    for name in ("database_size", "list_objects"):
        monkeypatch.setattr(measuring, name, refuse)
    monkeypatch.setattr(FakeRegistry, "is_up", False)
    measured = measure(run, IMAGES)
    answers = [*measured.databases.values(), *measured.buckets.values(), *measured.images.values()]

    assert set(answers) == {KnownSize(problem="not reachable")}


def test_an_assessment_needs_no_connection_but_the_source_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from include.connections import DocumentConnections

    only = {"source_cluster": connection_documents()["source_cluster"]}
    measured = measure(lab_run(tmp_path, connections=DocumentConnections(only)), IMAGES)
    answers = [*measured.databases.values(), *measured.buckets.values(), *measured.images.values()]

    assert set(answers) == {KnownSize(problem="its connection is not defined")}


def test_a_database_that_does_not_exist_is_not_an_empty_one(
    run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "database_size", lambda access, name: None)

    assert measure(run, []).databases["shop-orders"] == KnownSize(problem="it does not exist")


def test_an_assessment_does_not_list_for_hours(run: MigrationRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "MOST_OBJECTS", 1)

    assert measure(run, []).buckets["product-pictures"].size is None


def test_a_plan_knows_the_sizes_already(run: MigrationRun, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> None:
        raise AssertionError("registries and buckets were asked when the plan was made")

    for name in ("Registry", "list_objects"):
        monkeypatch.setattr(measuring, name, refuse)
    rows = [
        PlanItem(
            key=key,
            phase=phase,
            kind=kind,
            source=key,
            target="t",
            action="copy",
            bytes=size,
            details=details,
        )
        for key, phase, kind, size, details in (
            ("registry.source.lab/shop/api:1", "swr_image_sync", "image", 70, {}),
            ("product-pictures", "obs_sync", "bucket", 30, {"objects": 2}),
        )
    ]
    measured = measured_by_plan(run, Plan(items=rows))
    assert measured.images == {"registry.source.lab/shop/api:1": KnownSize(70)}
    assert measured.buckets == {"product-pictures": KnownSize(30, 2)}
    assert measured.databases["shop-orders"] == KnownSize(5000, 100)
