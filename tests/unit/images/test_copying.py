"""Planned images are copied, recorded and proved; a second run asks and sends nothing."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina

from include.definition import Images
from include.errors import PermanentError, PreflightError, ProofError
from include.images import copy_images, copying, prove_images
from include.images.arriving import arrival_of
from include.images.digests import read_digest
from include.images.proving import BY_DIGEST, METHOD
from include.images.referrers import ReferrerFinder
from include.images.registries import reader_key
from include.images.relay import Place
from include.images.target import TargetRegistry
from include.inventory.references import parse_reference
from include.planning.model import Plan, PlanItem, load_plan, save_plan
from include.run import MigrationRun
from tests.builders.definitions import definition
from tests.builders.registry import FakeRegistry, digest_of, swr
from tests.builders.runs import run as build_run

SOURCE, TARGET = "registry.source.lab", "swr.test"
AMD64 = {"platform": {"os": "linux", "architecture": "amd64"}}
ARM64 = {"platform": {"os": "linux", "architecture": "arm64"}}
Change = Callable[[dict[str, Any]], object]


@pytest.fixture(autouse=True)
def no_waits() -> Iterator[None]:
    with stamina.set_testing(testing=True, attempts=3):
        yield


@pytest.fixture
def source() -> FakeRegistry:
    return FakeRegistry(SOURCE)


@pytest.fixture
def target(source: FakeRegistry, monkeypatch: pytest.MonkeyPatch) -> FakeRegistry:
    """The target registry; clients of both hosts are led to the registries in memory."""
    target = swr()
    registries = {SOURCE: source, "swr.eu-de.lab": target}

    def client_of(access: Any) -> TargetRegistry:
        return registries[access.host].client()

    monkeypatch.setattr("include.images.registries.TargetRegistry", client_of)
    monkeypatch.setattr("include.images.registries.ContentRegistry", client_of)
    return target


def prepared(folder: Path, source: FakeRegistry, *names: str, change: Change | None = None) -> MigrationRun:
    """Return a run whose plan has these images of the source, each by its digest."""
    run = build_run(folder, definition=definition(change) if change else None)
    save_plan(run.ledger, Plan(items=[row(source, name, run.definition.images) for name in names]))
    source.requests.clear()
    return run


def row(source: FakeRegistry, name: str, settings: Images | None = None) -> PlanItem:
    manifest = source.client().manifest(parse_reference(f"{SOURCE}/{name}:1"))
    assert manifest is not None
    arrival = arrival_of(manifest, settings or definition().images)
    details = {
        "source_reference": f"{SOURCE}/{name}@{arrival.digest}",
        "target_reference": f"{TARGET}/shop/{name}:1",
        "digest": arrival.digest,
        "target_digest": arrival.target_digest,
        "left_out": list(arrival.left_out),
    }
    return PlanItem(
        key=f"{SOURCE}/{name}:1",
        phase="swr_image_sync",
        kind="image",
        source=f"{SOURCE}/{name}:1",
        target=f"{TARGET}/shop/{name}:1",
        action="copy",
        bytes=100,
        details=details,
    )


def copied(run: MigrationRun, *names: str) -> None:
    keys = [f"{SOURCE}/{name}:1" for name in names]
    copy_images(run, keys)
    prove_images(run, keys)


def images(**fields: Any) -> Change:
    return lambda document: document["images"].update(fields)


def test_images_arrive_and_are_proved(tmp_path: Path, source: FakeRegistry, target: FakeRegistry) -> None:
    source.push_image("web", "1", b"base", b"web")
    source.push_index("api", "1", [source.push_image("api", "", b"base", b"api") | AMD64])
    run = prepared(tmp_path, source, "web", "api")

    copied(run, "web", "api")

    records = {item.key: item for item in run.ledger.items()}
    assert {item.action for item in records.values()} == {"copied"}
    assert sum(item.bytes for item in records.values()) == sum(
        len(content) for content in {**source.blobs["web"], **source.blobs["api"]}.values()
    )
    api = read_digest(run.ledger, f"{SOURCE}/api:1")
    assert api is not None
    assert api.converted
    assert api.target_digest != api.source.rpartition("@")[2]


def test_a_second_try_of_a_run_asks_the_source_nothing(
    tmp_path: Path, source: FakeRegistry, target: FakeRegistry
) -> None:
    source.push_index("api", "1", [source.push_image("api", "", b"api") | AMD64])
    run = prepared(tmp_path, source, "api")
    copy_images(run, [f"{SOURCE}/api:1"])
    source.requests.clear()
    target.requests.clear()

    copy_images(run, [f"{SOURCE}/api:1"])

    assert source.requests == []
    assert target.asked("PUT") == []
    assert [(item.action, item.bytes) for item in run.ledger.items()] == [("already_equal", 0)]


def test_another_run_finds_what_is_equal(tmp_path: Path, source: FakeRegistry, target: FakeRegistry) -> None:
    source.push_index("api", "1", [source.push_image("api", "", b"api") | AMD64])
    copied(prepared(tmp_path / "one", source, "api"), "api")
    target.requests.clear()
    run = prepared(tmp_path / "two", source, "api")

    copied(run, "api")

    assert [item.action for item in run.ledger.items()] == ["already_equal"]
    assert {request.partition(" ")[0] for request in target.requests} == {"HEAD", "GET"}
    assert source.asked("GET", "/manifests/") == []
    (proof,) = run.ledger.proofs("swr_image_sync").values()
    assert proof.method == BY_DIGEST


def test_an_image_that_the_plan_could_not_read_is_compared_with_the_source(
    tmp_path: Path, source: FakeRegistry, target: FakeRegistry
) -> None:
    source.push_index("api", "1", [source.push_image("api", "", b"api") | AMD64])
    run = prepared(tmp_path, source, "api")
    (planned,) = load_plan(run.ledger).items()
    details = {**planned.details, "target_digest": ""}
    save_plan(run.ledger, Plan(items=[planned.model_copy(update={"details": details})]))

    copied(run, "api")
    copied(run, "api")

    (proof,) = run.ledger.proofs("swr_image_sync").values()
    assert (proof.equal, proof.method) == (True, METHOD)
    assert [item.action for item in run.ledger.items()] == ["already_equal"]


def test_an_index_whose_parts_were_exchanged_fails_the_proof(
    tmp_path: Path, source: FakeRegistry, target: FakeRegistry
) -> None:
    source.push_index("api", "1", [source.push_image("api", "", b"api") | AMD64])
    run = prepared(tmp_path, source, "api")
    copied(run, "api")
    other = target.push_image("shop/api", "other", b"another")
    (child,) = json.loads(target.manifests["shop/api"]["1"][1])["manifests"]
    target.manifests["shop/api"][child["digest"]] = target.manifests["shop/api"][other["digest"]]

    with pytest.raises(ProofError, match="configs, layers or referrers differ"):
        prove_images(run, [f"{SOURCE}/api:1"])


def test_a_tag_that_means_another_image_gets_the_planned_one(
    tmp_path: Path, source: FakeRegistry, target: FakeRegistry
) -> None:
    source.push_image("web", "1", b"web")
    run = prepared(tmp_path, source, "web")
    target.push_image("shop/web", "1", b"older")

    copied(run, "web")

    assert target.manifests["shop/web"]["1"] == source.manifests["web"]["1"]
    assert [item.action for item in run.ledger.items()] == ["copied"]


def test_the_tags_of_a_repository_are_listed_once(
    tmp_path: Path, source: FakeRegistry, target: FakeRegistry
) -> None:
    tag, bill = signed(source)
    place, finder = Place(source.client(), "web"), ReferrerFinder()
    digest = digest_of(source.manifests["web"]["1"][1])

    assert finder.find(place, digest) == finder.find(place, digest) == [bill, tag]
    assert len(source.asked("GET", "/tags/list")) == 1


def test_a_registry_without_the_referrers_api_is_asked_for_it_once(
    tmp_path: Path, source: FakeRegistry, target: FakeRegistry
) -> None:
    image = source.push_image("web", "1", b"web")
    bill = source.push_image("web", "", b"bill", subject=image)
    source.push_index("web", image["digest"].replace(":", "-"), [bill])
    source.has_referrers_api = False
    place, finder = Place(source.client(), "web"), ReferrerFinder()

    assert finder.find(place, image["digest"]) == [bill["digest"]]
    assert finder.find(place, bill["digest"]) == []
    assert len(source.asked("GET", "/referrers/")) == 1


def test_every_repository_that_takes_no_push_is_named_before_the_first_byte(
    tmp_path: Path, source: FakeRegistry, target: FakeRegistry
) -> None:
    for name in ("web", "api", "job"):
        source.push_image(name, "1", name.encode())
    target.closed = frozenset({"shop/web", "shop/job"})
    run = prepared(tmp_path, source, "web", "api", "job")

    with pytest.raises(PreflightError) as caught:
        copy_images(run, [f"{SOURCE}/{name}:1" for name in ("web", "api", "job")])

    assert [problem.partition(",")[0] for problem in caught.value.problems] == [
        "repository swr.test/shop/job",
        "repository swr.test/shop/web",
    ]
    assert all("give the connection's user the right to edit" in problem for problem in caught.value.problems)
    assert target.blobs == {}
    assert target.uploads == set()


def test_what_is_left_out_is_in_the_record(
    tmp_path: Path, source: FakeRegistry, target: FakeRegistry
) -> None:
    one, two = source.push_image("api", "", b"amd"), source.push_image("api", "", b"arm")
    source.push_index("api", "1", [one | AMD64, two | ARM64])
    run = prepared(tmp_path, source, "api", change=images(platforms=["linux/amd64"]))

    copied(run, "api")

    (item,) = run.ledger.items()
    assert item.note == "left out: platform linux/arm64"
    (proof,) = run.ledger.proofs("swr_image_sync").values()
    assert list(proof.target["platforms"]) == ["linux/amd64"]


def signed(source: FakeRegistry) -> tuple[str, str]:
    """Push an image with a signature under cosign's tag and a bill of materials that refers to it."""
    image = source.push_image("web", "1", b"web")
    tag = f"{image['digest'].replace(':', '-')}.sig"
    source.push_image("web", tag, b"signature")
    bill = source.push_image("web", "", b"bill", subject=image)
    return tag, bill["digest"]


def test_referrers_come_along_when_they_are_wanted(
    tmp_path: Path, source: FakeRegistry, target: FakeRegistry
) -> None:
    tag, bill = signed(source)
    run = prepared(tmp_path, source, "web", change=images(referrers="copy"))

    copied(run, "web")

    assert target.manifests["shop/web"][tag] == source.manifests["web"][tag]
    assert bill in target.manifests["shop/web"]
    assert [item.note for item in run.ledger.items()] == ["with 2 referrers"]


def test_referrers_that_stay_behind_are_named(
    tmp_path: Path, source: FakeRegistry, target: FakeRegistry
) -> None:
    tag, bill = signed(source)
    run = prepared(tmp_path, source, "web")

    copied(run, "web")

    assert [item.note for item in run.ledger.items()] == [f"left out: referrer {bill}, referrer {tag}"]
    assert tag not in target.manifests["shop/web"]


def test_a_registry_that_lists_no_referrers_stops_only_who_wants_them(
    tmp_path: Path, source: FakeRegistry, target: FakeRegistry
) -> None:
    source.push_image("web", "1", b"web")
    source.hides_referrers = True
    run = prepared(tmp_path / "drop", source, "web")

    copied(run, "web")

    assert [item.note for item in run.ledger.items()] == [
        "left out: referrer (its registry does not list them)"
    ]
    wanting = prepared(tmp_path / "copy", source, "web", change=images(referrers="copy"))
    with pytest.raises(PermanentError, match=r"listing what refers to sha256:\w+ was answered 403"):
        copied(wanting, "web")


def test_a_referrer_that_is_gone_from_the_target_fails_the_proof(
    tmp_path: Path, source: FakeRegistry, target: FakeRegistry
) -> None:
    tag, _ = signed(source)
    run = prepared(tmp_path, source, "web", change=images(referrers="copy"))
    copied(run, "web")
    del target.manifests["shop/web"][tag]

    with pytest.raises(ProofError, match="configs, layers or referrers differ"):
        prove_images(run, [f"{SOURCE}/web:1"])


def test_an_image_that_somebody_replaced_fails_the_proof(
    tmp_path: Path, source: FakeRegistry, target: FakeRegistry
) -> None:
    source.push_image("web", "1", b"web")
    run = prepared(tmp_path, source, "web")
    copied(run, "web")
    target.push_image("shop/web", "1", b"another")

    with pytest.raises(
        ProofError, match=r"image registry\.source.lab/web:1: configs, layers or referrers differ"
    ):
        prove_images(run, [f"{SOURCE}/web:1"])


def test_the_progress_counts_bytes_as_they_move(
    tmp_path: Path, source: FakeRegistry, target: FakeRegistry, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    source.push_image("web", "1", b"web" * 100)

    copied(prepared(tmp_path, source, "web"), "web")

    assert "1 of 1 images, 100 of 100 bytes" in caplog.text


def test_the_ledger_tells_how_far_a_task_is(
    tmp_path: Path, source: FakeRegistry, target: FakeRegistry
) -> None:
    source.push_image("web", "1", b"web" * 100)
    run = prepared(tmp_path, source, "web")

    copied(run, "web")

    documents = [run.ledger.read(name) for name in run.ledger.list("progress/swr_image_sync")]
    assert [(one["what"], one["items"], one["total_items"]) for one in documents] == [
        ("images proved", 1, 1),
        ("images", 1, 1),
    ]


def test_tasks_share_the_bandwidth_by_their_bytes(tmp_path: Path, source: FakeRegistry) -> None:
    for name in ("web", "api", "job", "cron"):
        source.push_image(name, "1", name.encode())
    run = prepared(
        tmp_path, source, "web", "api", "job", "cron", change=images(bandwidth={"limit": "20MB/s"})
    )

    rate = copying.rate_of(run, [row(source, "web")])

    assert rate() == 5_000_000


def test_the_longest_source_that_fits_reads_an_image() -> None:
    settings = definition(
        images(sources={SOURCE: "a", f"{SOURCE}/team": "b", f"{SOURCE}/team/inner": "c"})
    ).images
    keys = {
        name: reader_key(settings, parse_reference(name))
        for name in (
            f"{SOURCE}/web",
            f"{SOURCE}/team/x",
            f"{SOURCE}/teams/x",
            f"{SOURCE}/team/inner/x:1",
            "nginx",
        )
    }

    assert list(keys.values()) == [SOURCE, f"{SOURCE}/team", SOURCE, f"{SOURCE}/team/inner", "docker.io"]
