"""An image that its registry lost is found before the plan, with the nodes that still have it."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.errors import TemporaryError
from include.images import obstacles
from include.images.obstacles import image_findings
from include.images.target import TargetRegistry
from include.inventory.model import ImageUse
from tests.builders.registry import FakeRegistry
from tests.builders.runs import run as build_run

LOST = "sha256:" + "1" * 64


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> FakeRegistry:
    registry = FakeRegistry("registry.source.lab")
    client: TargetRegistry = registry.client()
    monkeypatch.setattr("include.images.registries.ContentRegistry", lambda _: client)
    return registry


def test_a_lost_image_names_its_nodes_and_what_to_do(tmp_path: Path, source: FakeRegistry) -> None:
    kept = source.push_image("web", "1", b"web")
    images = [
        ImageUse("registry.source.lab/web:1", kept["digest"], ("Deployment shop/web",)),
        ImageUse("registry.source.lab/api:1", LOST, ("Deployment shop/api",), nodes=("node-1", "node-2")),
        ImageUse("registry.source.lab/job:1", None, ("CronJob shop/job",)),
        ImageUse("quay.io/a/b:1", LOST, ("Deployment shop/other",)),
    ]

    api, job = image_findings(build_run(tmp_path), images)

    assert (api.rule, api.severity) == (obstacles.RULE, "blocker")
    assert api.object == f"registry.source.lab/api:1 ({LOST})"
    assert api.message == "is not in its registry any more; node-1, node-2 still have it"
    assert "push it back from node node-1" in api.remedy
    assert job.message == "is not in its registry any more and no node runs it"
    assert {request.partition(" ")[0] for request in source.requests} == {"HEAD"}


def test_the_running_digest_is_asked_for_whatever_the_tag_means_now(
    tmp_path: Path, source: FakeRegistry
) -> None:
    source.push_image("web", "1", b"pushed later")
    running = ImageUse("registry.source.lab/web:1", LOST, ("Deployment shop/web",), nodes=("node-1",))

    (found,) = image_findings(build_run(tmp_path), [running])

    assert found.object.endswith(f"({LOST})")


def test_a_registry_that_does_not_answer_condemns_nothing(
    tmp_path: Path, source: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise TemporaryError("busy")

    monkeypatch.setattr(TargetRegistry, "digest", busy)
    with pytest.raises(TemporaryError):
        list(image_findings(build_run(tmp_path), [ImageUse("registry.source.lab/web:1", None, ())]))
