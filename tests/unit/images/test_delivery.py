"""Images arrive whole, and each blob travels once."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import stamina

from include.engines import end_all_engines, stopped_with_engines
from include.errors import PermanentError, TemporaryError
from include.images.arriving import arriving
from include.images.contents import contents_of
from include.images.delivery import Delivery
from include.images.docker_types import REFERENCE
from include.images.manifests import DOCKER_LIST, DOCKER_MANIFEST, Blob, Manifest
from include.images.relay import Place, Relay
from include.images.shared_blobs import SharedBlobs
from include.inventory.references import Reference
from include.ledger import Ledger
from include.throttle import Throttle
from tests.builders.definitions import definition
from tests.builders.registry import FakeRegistry, digest_of, swr

BASE = b"base" * 100_000
AMD64 = {"platform": {"os": "linux", "architecture": "amd64"}}
ARM64 = {"platform": {"os": "linux", "architecture": "arm64"}}


@pytest.fixture(autouse=True)
def no_waits() -> Iterator[None]:
    with stamina.set_testing(testing=True, attempts=4):
        yield


def delivery_to(target: FakeRegistry, ledger: Ledger) -> Delivery:
    client = target.client()
    return Delivery(client, SharedBlobs(ledger, client), Relay(client, Throttle(lambda: None)))


def deliver(
    delivery: Delivery,
    source: FakeRegistry,
    repository: str,
    *,
    tag: str = "1",
    sent: list[int] | None = None,
) -> Manifest:
    client = source.client()
    manifest = client.manifest(Reference(source.host, repository, tag, ""))
    assert manifest is not None
    count = [].append if sent is None else sent.append
    arrives = arriving(manifest, definition().images).manifest
    delivery.deliver(arrives, Place(client, repository), f"shop/{repository}", tag, count)
    return arrives


def test_an_image_arrives_with_every_byte(folder_ledger: Ledger) -> None:
    source, target = FakeRegistry(), FakeRegistry("target.test")
    image = source.push_image("web", "1", BASE, b"own")
    sent: list[int] = []

    arrived = deliver(delivery_to(target, folder_ledger), source, "web", sent=sent)

    assert arrived.digest == image["digest"]
    assert target.manifests["shop/web"]["1"] == source.manifests["web"]["1"]
    assert target.blobs["shop/web"] == source.blobs["web"]
    assert sum(sent) == sum(map(len, source.blobs["web"].values()))
    assert target.uploads == set()


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_a_target_that_fails_when_a_blob_has_arrived_is_sent_it_again(
    folder_ledger: Ledger, status: int
) -> None:
    source, target = FakeRegistry(), FakeRegistry("target.test", failures=[status])
    source.push_image("web", "1", BASE)

    deliver(delivery_to(target, folder_ledger), source, "web")

    assert target.blobs["shop/web"] == source.blobs["web"]
    assert target.uploads == set()


def test_a_target_that_fails_again_and_again_is_named(folder_ledger: Ledger) -> None:
    source, target = FakeRegistry(), FakeRegistry("target.test", failures=[500] * 9)
    source.push_image("web", "1", BASE)

    with pytest.raises(TemporaryError, match=r"to target\.test .*whether the target's storage is full"):
        deliver(delivery_to(target, folder_ledger), source, "web")


def test_what_the_target_has_is_not_sent(folder_ledger: Ledger) -> None:
    source, target = FakeRegistry(), FakeRegistry("target.test")
    source.push_image("web", "1", BASE, b"own")
    target.push_blob("shop/web", BASE)

    deliver(delivery_to(target, folder_ledger), source, "web")

    assert source.asked("GET", digest_of(BASE)) == []


def test_a_blob_of_two_images_is_mounted_in_the_second(folder_ledger: Ledger) -> None:
    source, target = FakeRegistry(), FakeRegistry("target.test")
    source.push_image("web", "1", BASE, b"one")
    source.push_image("api", "1", BASE, b"two")
    delivery = delivery_to(target, folder_ledger)

    deliver(delivery, source, "web")
    deliver(delivery, source, "api")

    assert len(source.asked("GET", digest_of(BASE))) == 1
    (mount,) = target.asked("POST", "mount=")
    assert mount.endswith(f"/v2/shop/api/blobs/uploads/?mount={digest_of(BASE)}&from=shop/web")


def test_another_try_mounts_what_the_killed_one_has_sent(folder_ledger: Ledger) -> None:
    source, target = FakeRegistry(), FakeRegistry("target.test")
    source.push_image("web", "1", BASE, b"one")
    source.push_image("api", "1", BASE, b"two")
    deliver(delivery_to(target, folder_ledger), source, "web")

    deliver(delivery_to(target, folder_ledger), source, "api")

    assert len(source.asked("GET", digest_of(BASE))) == 1


def test_a_registry_that_mounts_nothing_gets_the_blob_again(folder_ledger: Ledger) -> None:
    source, target = FakeRegistry(), FakeRegistry("target.test", mounts=False)
    source.push_image("web", "1", BASE, b"one")
    source.push_image("api", "1", BASE, b"two")
    delivery = delivery_to(target, folder_ledger)

    deliver(delivery, source, "web")
    deliver(delivery, source, "api")

    assert target.blobs["shop/api"] == source.blobs["api"]
    assert target.uploads == set()


def test_images_side_by_side_wait_for_the_one_that_brings_their_blob(folder_ledger: Ledger) -> None:
    source, target = FakeRegistry(), FakeRegistry("target.test")
    names = [f"app{number}" for number in range(8)]
    for name in names:
        source.push_image(name, "1", BASE, name.encode())
    delivery = delivery_to(target, folder_ledger)

    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(lambda name: deliver(delivery, source, name), names))

    assert len(source.asked("GET", digest_of(BASE))) == 1
    assert all(target.blobs[f"shop/{name}"] == source.blobs[name] for name in names)


def test_who_waits_for_a_blob_that_fails_brings_it_himself(folder_ledger: Ledger) -> None:
    target = FakeRegistry("target.test")
    blobs = SharedBlobs(folder_ledger, target.client())
    blob, began, fails = Blob(digest_of(BASE), len(BASE)), threading.Event(), threading.Event()
    brought: list[str] = []

    def fail() -> None:
        began.set()
        fails.wait(5)
        raise PermanentError("gone")

    def first() -> None:
        with pytest.raises(PermanentError):
            blobs.bring(blob, "shop/one", fail)

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(first)
        assert began.wait(5)
        two = pool.submit(blobs.bring, blob, "shop/two", lambda: brought.append("shop/two"))
        time.sleep(0.05)
        assert not two.done()
        fails.set()
        one.result(5)
        two.result(5)

    assert brought == ["shop/two"]


def test_an_index_goes_with_dockers_types(folder_ledger: Ledger) -> None:
    source, target = FakeRegistry(), swr()
    one, two = source.push_image("web", "", BASE), source.push_image("web", "", b"arm")
    attested = source.push_image("web", "", b"provenance")
    about = {"annotations": {REFERENCE: one["digest"], "vnd.docker.reference.type": "attestation-manifest"}}
    source.push_index("web", "1", [one | AMD64, two | ARM64, attested | about])
    delivery = delivery_to(target, folder_ledger)

    arrived = deliver(delivery, source, "web")

    media_type, body = target.manifests["shop/web"]["1"]
    document = json.loads(body)
    assert media_type == document["mediaType"] == DOCKER_LIST
    assert {entry["mediaType"] for entry in document["manifests"]} == {DOCKER_MANIFEST}
    assert document["manifests"][2]["annotations"][REFERENCE] == document["manifests"][0]["digest"]
    original = source.client().manifest(Reference("", "web", "1", ""))
    assert original is not None
    assert contents_of(arrived).platforms == contents_of(original).platforms
    assert contents_of(arrived).digest != contents_of(original).digest


def test_a_registry_that_refuses_an_index_is_told_with_the_setting_that_converts_it(
    folder_ledger: Ledger,
) -> None:
    source, target = FakeRegistry(), swr()
    source.push_index("web", "1", [source.push_image("web", "", b"web") | AMD64])
    client = source.client()
    index = client.manifest(Reference(source.host, "web", "1", ""))
    assert index is not None

    with pytest.raises(PermanentError, match=r"to an OCI index; set images\.target\.oci_indexes to convert"):
        delivery_to(target, folder_ledger).deliver(index, Place(client, "web"), "shop/web", "1", [].append)


def test_a_part_that_the_source_lost_names_the_blob(folder_ledger: Ledger) -> None:
    source, target = FakeRegistry(), FakeRegistry("target.test")
    source.push_image("web", "1", BASE)
    del source.blobs["web"][digest_of(BASE)]

    with pytest.raises(PermanentError, match=rf"blob registry.test/web@{digest_of(BASE)}, source: .* 404"):
        deliver(delivery_to(target, folder_ledger), source, "web")
    assert target.uploads == set()


def test_a_connection_that_breaks_is_tried_again_and_leaves_no_upload(folder_ledger: Ledger) -> None:
    source, target = FakeRegistry(), FakeRegistry("target.test")
    source.push_image("web", "1", BASE)
    delivery, breaks = delivery_to(target, folder_ledger), [True, True]
    answer = target.answer

    def flaky(request: httpx.Request) -> httpx.Response:
        if request.method == "PUT" and "/blobs/" in request.url.path and breaks:
            breaks.pop()
            raise httpx.WriteError("reset", request=request)
        return answer(request)

    delivery.target._client = httpx.Client(transport=httpx.MockTransport(flaky))
    deliver(delivery, source, "web")

    assert breaks == []
    assert target.blobs["shop/web"] == source.blobs["web"]
    assert target.uploads == set()


def test_a_connection_that_always_breaks_is_worth_a_retry_later(folder_ledger: Ledger) -> None:
    source, target = FakeRegistry(), FakeRegistry("target.test")
    source.push_image("web", "1", BASE)
    delivery = delivery_to(target, folder_ledger)

    def broken(request: httpx.Request) -> httpx.Response:
        if request.method == "PUT":
            raise httpx.WriteError("reset", request=request)
        return target.answer(request)

    delivery.target._client = httpx.Client(transport=httpx.MockTransport(broken))

    with pytest.raises(TemporaryError, match=r"broke off 4 times on its way to target.test \(reset\)"):
        deliver(delivery, source, "web")


def test_a_task_that_is_stopped_breaks_off_and_leaves_no_upload(folder_ledger: Ledger) -> None:
    source, target = FakeRegistry(), FakeRegistry("target.test")
    source.push_image("web", "1", BASE)
    delivery = delivery_to(target, folder_ledger)

    with stopped_with_engines(delivery.relay.stop):
        end_all_engines()

    with pytest.raises(TemporaryError, match="the task is being stopped"):
        deliver(delivery, source, "web")
    assert target.blobs.get("shop/web", {}) == {}
    assert target.uploads == set()


def test_the_bytes_go_no_faster_than_they_may(folder_ledger: Ledger) -> None:
    source, target = FakeRegistry(), FakeRegistry("target.test")
    source.push_image("web", "1", BASE)
    client = target.client()
    delivery = Delivery(
        client, SharedBlobs(folder_ledger, client), Relay(client, Throttle(lambda: len(BASE) * 2))
    )
    began = time.monotonic()

    deliver(delivery, source, "web")

    assert 0.2 < time.monotonic() - began < 3
