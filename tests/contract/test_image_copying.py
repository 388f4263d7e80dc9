"""Images go from registry to registry as the product copies them: real servers mount, refuse and count."""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from include.connections import DocumentConnections, RegistryAccess
from include.images import copy_images, pinned_targets, prove_images, target_reference
from include.images.arriving import Arrival, arrival_of, arriving
from include.images.contents import contents_of
from include.images.delivery import Delivery
from include.images.manifests import DOCKER_LIST, Manifest
from include.images.relay import Place, Relay
from include.images.shared_blobs import SharedBlobs
from include.images.target import TargetRegistry
from include.inventory.model import ImageUse
from include.inventory.references import Reference, parse_reference
from include.planning.image_rows import plan_images
from include.planning.model import Plan, load_plan, save_plan
from include.run import MigrationRun
from include.throttle import Throttle
from tests.builders.definitions import definition
from tests.builders.runs import ledger, run
from tests.contract.registry_client import OCI_INDEX, OCI_MANIFEST, SCHEMA2, Pusher, open_client

pytestmark = pytest.mark.lab
SOURCES = ("copy-check/web", "copy-check/api")
TARGETS = ("copy-check/shop/web", "copy-check/shop/api")
Documents = dict[str, dict[str, Any]]


def access_of(document: dict[str, Any]) -> RegistryAccess:
    return RegistryAccess(
        document["host"], document["login"], document["password"], document["extra"]["scheme"]
    )


@pytest.fixture
def pushers(connections: Documents) -> Generator[list[Pusher]]:
    """Two repositories of the source registry."""
    with open_client(connections["source_registry"]) as client:
        found = [Pusher(client, repository) for repository in SOURCES]
        yield found
        for pusher in found:
            pusher.clean()


@pytest.fixture
def source(connections: Documents) -> Generator[TargetRegistry]:
    registry = TargetRegistry(access_of(connections["source_registry"]))
    yield registry
    registry.close()


@pytest.fixture
def swr(connections: Documents) -> Generator[TargetRegistry]:
    registry = TargetRegistry(access_of(connections["swr"]))
    yield registry
    registry.close()


@pytest.fixture
def delivery(swr: TargetRegistry, connections: Documents, tmp_path: Path) -> Generator[Delivery]:
    """A delivery into SWR, which is cleared afterwards."""
    yield Delivery(swr, SharedBlobs(ledger(tmp_path), swr), Relay(swr, Throttle(lambda: None)))
    for repository in TARGETS:
        clear(connections, swr, repository, "1")


def clear(connections: Documents, swr: TargetRegistry, repository: str, tag: str) -> None:
    """Remove an image and its blobs from SWR."""
    found = swr.manifest(Reference(swr.host, repository, tag, ""))
    with open_client(connections["swr"]) as client:
        cleaner = Pusher(client, repository)
        for one in found.walk() if found else ():
            cleaner.manifests.append(one.digest)
            cleaner.blobs += [blob.digest for blob in one.own_blobs()]
        cleaner.clean()


def deliver(delivery: Delivery, source: TargetRegistry, number: int, sent: list[int]) -> Manifest:
    manifest = source.manifest(Reference(source.host, SOURCES[number], "1", ""))
    assert manifest is not None
    arrives = arriving(manifest, definition().images).manifest
    delivery.deliver(arrives, Place(source, SOURCES[number]), TARGETS[number], "1", sent.append)
    return arrives


def test_a_layer_of_two_images_travels_once_and_is_mounted(
    pushers: list[Pusher], source: TargetRegistry, delivery: Delivery, swr: TargetRegistry
) -> None:
    layer, sent = os.urandom(3 * 2**20), list[int]()
    for pusher in pushers:
        pusher.image(SCHEMA2, layer, "1")

    first = deliver(delivery, source, 0, sent)
    after_first = sum(sent)
    second = deliver(delivery, source, 1, sent)

    assert after_first >= len(layer)
    assert sum(sent) - after_first < len(layer)
    for repository, manifest in zip(TARGETS, (first, second), strict=True):
        there = swr.manifest(Reference(swr.host, repository, "1", ""))
        assert there is not None
        assert there.digest == manifest.digest
        assert all(swr.has_blob(repository, blob.digest) for blob in there.blobs())


def test_an_oci_index_arrives_with_dockers_types_and_equal_contents(
    pushers: list[Pusher], source: TargetRegistry, delivery: Delivery, swr: TargetRegistry
) -> None:
    image = pushers[0].image(OCI_MANIFEST)
    answer, _ = pushers[0].manifest(OCI_INDEX, pushers[0].index(OCI_INDEX, image), "1")
    assert answer.status_code == 201

    arrived = deliver(delivery, source, 0, [])

    there = swr.manifest(Reference(swr.host, TARGETS[0], "1", ""))
    wanted = source.manifest(Reference(source.host, SOURCES[0], "1", ""))
    assert there is not None
    assert wanted is not None
    assert there.media_type == DOCKER_LIST
    assert there.digest == arrived.digest != wanted.digest
    assert json.loads(there.children[0].body)["mediaType"] == SCHEMA2
    assert contents_of(there).platforms == contents_of(wanted).platforms


def test_the_digest_that_pods_get_is_the_one_that_swr_has(
    pushers: list[Pusher],
    source: TargetRegistry,
    swr: TargetRegistry,
    connections: Documents,
    tmp_path: Path,
) -> None:
    index = pushers[0].index(OCI_INDEX, pushers[0].image(OCI_MANIFEST))
    answer, pushed = pushers[0].manifest(OCI_INDEX, index, "1")
    assert answer.status_code == 201
    moving = copying_run(connections, tmp_path)
    by_digest = f"{source.host}/{SOURCES[0]}@{pushed['digest']}"

    def look_up(reference: Reference) -> Arrival:
        manifest = source.manifest(reference)
        assert manifest is not None
        return arrival_of(manifest, moving.definition.images)

    rows = plan_images([ImageUse(by_digest, None, ())], look_up, partial(target_reference, moving))
    save_plan(moving.ledger, Plan(items=rows))
    (there,) = pinned_targets(load_plan(moving.ledger)).values()
    target = parse_reference(there)
    try:
        assert swr.digest(target) is None
        copy_images(moving, [by_digest])
        prove_images(moving, [by_digest])
        assert swr.digest(target) == target.digest != pushed["digest"]
    finally:
        clear(connections, swr, target.repository, rows[0].target.rpartition(":")[2])


def copying_run(connections: Documents, folder: Path) -> MigrationRun:
    """Return a run that copies images into an organization of the test."""
    target = {"connection": "swr", "organization": SOURCES[0].partition("/")[0]}
    wanted = definition(lambda document: document["images"].update(target=target))
    return run(folder, definition=wanted, connections=DocumentConnections(connections))


def test_a_right_to_push_is_seen_without_leaving_an_upload(
    swr: TargetRegistry, connections: Documents
) -> None:
    assert swr.upload_problem(TARGETS[0]) is None
    document = {**connections["swr"], "password": "wrong"}
    stranger = TargetRegistry(access_of(document))
    problem = stranger.upload_problem(TARGETS[0])
    stranger.close()
    assert problem is not None
    assert "401" in problem
    assert "the login is not accepted" in problem


def test_tags_come_page_by_page(pushers: list[Pusher], source: TargetRegistry) -> None:
    for tag in ("1.20", "1.21", "2.0"):
        pushers[0].image(SCHEMA2, tag=tag)

    assert {"1.20", "1.21", "2.0"} <= set(source.tags(SOURCES[0]))
    assert source.digest(Reference(source.host, SOURCES[0], "1.20", "")) is not None
    assert source.digest(Reference(source.host, SOURCES[0], "9", "")) is None
