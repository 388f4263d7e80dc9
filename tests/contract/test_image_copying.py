"""Images go from registry to registry as the product copies them: real servers mount, refuse and count."""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from include.connections import RegistryAccess
from include.images.arriving import arriving
from include.images.contents import contents_of
from include.images.delivery import Delivery
from include.images.manifests import DOCKER_LIST, Manifest
from include.images.relay import Place, Relay
from include.images.shared_blobs import SharedBlobs
from include.images.target import TargetRegistry
from include.inventory.references import Reference
from include.throttle import Throttle
from tests.builders.definitions import definition
from tests.builders.runs import ledger
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
    with open_client(connections["swr"]) as client:
        for repository in TARGETS:
            found = swr.manifest(Reference(swr.host, repository, "1", ""))
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
