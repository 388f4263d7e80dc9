"""What arrives of an image is known from the source alone: the target's digest before the copy, and why it cannot be one."""

from __future__ import annotations

from typing import Any

import pytest

from include.definition import Images
from include.errors import PermanentError
from include.images.arriving import arrival_of
from include.images.manifests import OCI_MANIFEST, Manifest
from include.images.planned import pinned_targets
from include.inventory.references import Reference
from include.planning.model import Plan, PlanItem
from tests.builders.definitions import definition
from tests.builders.registry import LAYER, FakeRegistry

AMD64 = {"platform": {"os": "linux", "architecture": "amd64"}}
ARM64 = {"platform": {"os": "linux", "architecture": "arm64"}}
ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64


def settings(**fields: Any) -> Images:
    return definition(lambda document: document["images"].update(fields)).images


def kept() -> Images:
    return definition(lambda document: document["images"]["target"].update(oci_indexes="keep")).images


def index(layer_type: str = LAYER) -> Manifest:
    """Return an index of two platforms with a layer each."""
    registry = FakeRegistry()
    entries = []
    for platform, layer in ((AMD64, b"amd"), (ARM64, b"arm64")):
        parts = [{"mediaType": layer_type, **registry.push_blob("web", layer)}]
        document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "layers": parts}
        entries.append(registry.push_manifest("web", "", document) | platform)
    registry.push_index("web", "1", entries)
    found = registry.client().manifest(Reference(registry.host, "web", "1", ""))
    assert found is not None
    return found


def test_an_index_gets_another_digest_and_keeps_its_bytes() -> None:
    arrival = arrival_of(index(), settings())

    assert arrival.digest == index().digest != arrival.target_digest
    assert (arrival.size, arrival.left_out) == (3 + 5, ())


def test_an_index_keeps_its_digest_where_the_target_takes_it() -> None:
    arrival = arrival_of(index(), kept())

    assert arrival.target_digest == arrival.digest


def test_a_single_image_keeps_its_digest() -> None:
    (amd, _) = index().children

    assert arrival_of(amd, settings()).target_digest == amd.digest


def test_platforms_that_are_not_chosen_are_named_and_not_counted() -> None:
    arrival = arrival_of(index(), settings(platforms=["linux/amd64"]))

    assert (arrival.size, arrival.left_out) == (3, ("platform linux/arm64",))


def test_a_zstd_layer_that_has_to_be_converted_is_refused_with_what_to_do() -> None:
    zstd = index("application/vnd.oci.image.layer.v1.tar+zstd")

    with pytest.raises(PermanentError, match=r"is compressed with zstd, .*build the image again with gzip"):
        arrival_of(zstd, settings())
    assert arrival_of(zstd, kept()).size == 8


def test_what_objects_name_by_digest_is_mapped_to_the_digest_of_the_target() -> None:
    def row(source: str, target: str, digest: str) -> PlanItem:
        return PlanItem(
            key=source,
            phase="swr_image_sync",
            kind="image",
            source=source,
            target=target,
            action="copy",
            details={"target_digest": digest},
        )

    rows = [
        row(f"host:5000/a@{ONE}", "swr/shop/a:sha256-1", TWO),
        row(f"host:5000/a:3@{ONE}", "swr/shop/a:3-sha256-1", TWO),
        row("host:5000/b:1", "swr/shop/b:1", TWO),
        row(f"quay.io/c@{ONE}", "swr/shop/c:sha256-1", ""),
    ]

    assert pinned_targets(Plan(items=rows)) == {
        f"host:5000/a@{ONE}": f"swr/shop/a@{TWO}",
        f"host:5000/a:3@{ONE}": f"swr/shop/a@{TWO}",
    }
