"""Both registries want a login; SWR's is derived from an access key, and it refuses OCI indexes."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Generator
from typing import Any

import httpx
import pytest

from tests.contract.registry_client import (
    DOCKER_LIST,
    OCI_INDEX,
    OCI_MANIFEST,
    REPOSITORY,
    SCHEMA2,
    Pusher,
    open_client,
)

pytestmark = pytest.mark.lab
REGISTRIES = ("source_registry", "swr")
Documents = dict[str, dict[str, Any]]


@pytest.fixture
def swr(connections: Documents) -> Generator[Pusher]:
    with open_client(connections["swr"]) as client:
        pusher = Pusher(client)
        yield pusher
        pusher.clean()


@pytest.fixture
def source(connections: Documents) -> Generator[Pusher]:
    with open_client(connections["source_registry"]) as client:
        pusher = Pusher(client)
        yield pusher
        pusher.clean()


@pytest.mark.parametrize("registry", REGISTRIES)
@pytest.mark.parametrize("login", [None, ("lab", "wrong"), ("nobody", "wrong")])
def test_who_has_no_login_may_neither_read_nor_write(
    registry: str, login: tuple[str, str] | None, connections: Documents
) -> None:
    with open_client(connections[registry], auth=login) as client:
        answers = [
            client.get("/v2/"),
            client.get(f"/v2/{REPOSITORY}/tags/list"),
            client.post(f"/v2/{REPOSITORY}/blobs/uploads/"),
            client.put(f"/v2/{REPOSITORY}/manifests/1", content=b"{}", headers={"Content-Type": OCI_INDEX}),
        ]
    assert [answer.status_code for answer in answers] == [401] * 4
    assert all(answer.headers["WWW-Authenticate"].startswith("Basic realm=") for answer in answers)


def test_the_login_of_swr_is_derived_from_the_access_key(connections: Documents) -> None:
    keys, login = connections["obs"], connections["swr"]
    assert login["login"] == f"eu-de@{keys['login']}"
    derived = hmac.new(keys["password"].encode(), keys["login"].encode(), hashlib.sha256).hexdigest()
    assert login["password"] == derived
    with open_client(login, auth=(keys["login"], keys["password"])) as client:
        assert client.get("/v2/").status_code == 401


@pytest.mark.parametrize("kind", [SCHEMA2, OCI_MANIFEST])
def test_swr_takes_images_of_both_kinds(swr: Pusher, kind: str) -> None:
    image = swr.image(kind)
    found = swr.client.get(f"/v2/{REPOSITORY}/manifests/{image['digest']}", headers={"Accept": kind})
    assert found.headers["Content-Type"] == kind
    assert found.headers["Docker-Content-Digest"] == image["digest"]


def test_swr_takes_a_docker_list(swr: Pusher) -> None:
    answer, descriptor = swr.manifest(DOCKER_LIST, swr.index(DOCKER_LIST, swr.image(SCHEMA2)))
    assert answer.status_code == 201
    assert answer.headers["Docker-Content-Digest"] == descriptor["digest"]


@pytest.mark.parametrize("kind", [SCHEMA2, OCI_MANIFEST])
def test_swr_refuses_an_oci_index_in_its_own_words(swr: Pusher, kind: str) -> None:
    answer, descriptor = swr.manifest(OCI_INDEX, swr.index(OCI_INDEX, swr.image(kind)))
    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"code": "MANIFEST_INVALID", "message": "Invalid image, fail to parse 'manifest.json'"}
    ]
    found = swr.client.head(
        f"/v2/{REPOSITORY}/manifests/{descriptor['digest']}", headers={"Accept": OCI_INDEX}
    )
    assert found.status_code == 404


def test_the_source_takes_an_oci_index(source: Pusher) -> None:
    answer, _ = source.manifest(OCI_INDEX, source.index(OCI_INDEX, source.image(OCI_MANIFEST)))
    assert answer.status_code == 201


@pytest.mark.parametrize("registry", REGISTRIES)
def test_large_layers_go_through(registry: str, request: pytest.FixtureRequest) -> None:
    pusher: Pusher = request.getfixturevalue("swr" if registry == "swr" else "source")
    content = os.urandom(40 * 2**20)
    descriptor = pusher.blob(content)
    found = pusher.client.get(f"/v2/{REPOSITORY}/blobs/{descriptor['digest']}")
    assert hashlib.sha256(found.content).digest() == hashlib.sha256(content).digest()


@pytest.mark.parametrize("registry", REGISTRIES)
def test_an_upload_in_pieces_of_unknown_length_goes_through(
    registry: str, request: pytest.FixtureRequest
) -> None:
    pusher: Pusher = request.getfixturevalue("swr" if registry == "swr" else "source")
    pieces = [os.urandom(2**16) for _ in range(8)]
    begun = pusher.client.post(f"/v2/{REPOSITORY}/blobs/uploads/")
    sent = pusher.client.patch(begun.headers["Location"], content=iter(pieces))
    assert sent.status_code == 202
    digest = f"sha256:{hashlib.sha256(b''.join(pieces)).hexdigest()}"
    done = pusher.client.put(httpx.URL(sent.headers["Location"]).copy_merge_params({"digest": digest}))
    assert done.status_code == 201
    pusher.blobs.append(digest)


@pytest.mark.parametrize("registry", REGISTRIES)
def test_content_that_is_not_what_its_digest_says_is_refused(
    registry: str, request: pytest.FixtureRequest
) -> None:
    pusher: Pusher = request.getfixturevalue("swr" if registry == "swr" else "source")
    begun = pusher.client.post(f"/v2/{REPOSITORY}/blobs/uploads/")
    place = httpx.URL(begun.headers["Location"]).copy_merge_params({"digest": f"sha256:{'0' * 64}"})
    assert pusher.client.put(place, content=b"something else").status_code == 400
