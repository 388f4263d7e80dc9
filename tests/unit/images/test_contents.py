"""What an image is made of is read from its registry, index or not."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from include.connections import RegistryAccess
from include.errors import PermanentError
from include.images.contents import ContentRegistry, ImageContents, contents_of
from include.images.copying import same_contents
from include.images.digests import DigestRecord, digest_map, pinned, record_digest
from include.images.manifests import OCI_INDEX
from include.inventory.references import parse_reference
from include.ledger import Ledger

ACCESS = RegistryAccess("registry.test", "user", "registry-secret", "http")


def _manifest(name: str) -> dict[str, Any]:
    layers = [{"digest": "sha256:base", "size": 100}, {"digest": f"sha256:{name}-layer", "size": 10}]
    return {"config": {"digest": f"sha256:{name}-config", "size": 1}, "layers": layers}


def _registry(documents: dict[str, dict[str, Any]], status: int = 404) -> ContentRegistry:
    def answer(request: httpx.Request) -> httpx.Response:
        name = request.url.path.rpartition("/")[2]
        if name not in documents:
            return httpx.Response(status)
        return httpx.Response(200, text=json.dumps(documents[name]))

    return ContentRegistry(ACCESS, transport=httpx.MockTransport(answer))


def _contents(registry: ContentRegistry) -> ImageContents | None:
    try:
        manifest = registry.manifest(parse_reference("registry.test/a:1"))
        return contents_of(manifest) if manifest else None
    finally:
        registry.close()


def test_an_index_gives_every_platform_and_counts_shared_layers_once() -> None:
    entries = [
        {"digest": "sha256:one", "platform": {"os": "linux", "architecture": "amd64"}},
        {"digest": "sha256:two", "platform": {"os": "linux", "architecture": "arm", "variant": "v7"}},
        {"digest": "sha256:three", "platform": {"os": "unknown", "architecture": "unknown"}},
    ]
    documents = {f"sha256:{name}": _manifest(name) for name in ("one", "two", "three")}

    found = _contents(_registry({"1": {"mediaType": OCI_INDEX, "manifests": entries}, **documents}))

    assert found is not None
    assert list(found.platforms) == ["linux/amd64", "linux/arm/v7", "entry 2"]
    assert found.platforms["linux/amd64"] == ["sha256:one-config", "sha256:base", "sha256:one-layer"]
    assert found.size == 100 + 3 * 11


def test_a_missing_image_is_none_and_one_that_lacks_a_platform_too() -> None:
    assert _contents(_registry({})) is None
    assert _contents(_registry({"1": {"manifests": [{"digest": "sha256:gone"}]}})) is None


def test_a_refusing_registry_is_told() -> None:
    with pytest.raises(PermanentError, match=r"registry.test/a:1: the registry answered 403"):
        _contents(_registry({}, status=403))


def test_an_index_of_indexes_gives_the_images_inside() -> None:
    inner = {"manifests": [{"digest": "sha256:one", "platform": {"os": "linux", "architecture": "amd64"}}]}
    documents = {
        "1": {"manifests": [{"digest": "sha256:in"}]},
        "sha256:in": inner,
        "sha256:one": _manifest("one"),
    }

    found = _contents(_registry(documents))

    assert found is not None
    assert found.platforms == {"linux/amd64": ["sha256:one-config", "sha256:base", "sha256:one-layer"]}


@pytest.mark.parametrize(
    "manifest",
    [
        pytest.param({"schemaVersion": 1, "fsLayers": [{"blobSum": "sha256:a"}]}, id="schema 1"),
        pytest.param({"manifests": []}, id="an empty index"),
    ],
)
def test_manifests_that_do_not_tell_what_they_hold_are_never_equal(manifest: dict[str, Any]) -> None:
    one = _contents(_registry({"1": manifest}))

    assert one is not None
    assert not one.is_known
    assert not same_contents(one, one)


def test_media_types_do_not_count_and_layers_do() -> None:
    plain = _contents(_registry({"1": _manifest("one")}))
    converted = _contents(_registry({"1": {"mediaType": "docker", **_manifest("one")}}))
    other = _contents(_registry({"1": _manifest("two")}))

    assert plain is not None
    assert converted is not None
    assert plain.digest != converted.digest
    assert same_contents(plain, converted)
    assert not same_contents(plain, other)
    assert not same_contents(plain, None)


def test_the_digest_map_goes_from_pinned_to_pinned(folder_ledger: Ledger) -> None:
    record_digest(
        folder_ledger,
        DigestRecord(
            key="a:1",
            source=pinned("host:5000/a:1", "sha256:aa"),
            target=pinned("swr/shop/a:1", "sha256:bb"),
            target_reference="swr/shop/a:1",
            converted=True,
        ),
    )

    assert digest_map(folder_ledger) == {"host:5000/a@sha256:aa": "swr/shop/a@sha256:bb"}
