from __future__ import annotations

import json
from pathlib import Path

import pytest

from lab.estate.image_list import ENGINE_IMAGES, ESTATE_IMAGES
from lab.images.build import INDEX_TYPE, digest_of


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("lab.paths.DATA", tmp_path / "data")
    monkeypatch.setattr("lab.paths.BIN", tmp_path / "bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "bin").mkdir()
    for name in ("shop", "shop-arm64", "velero", "velero-helper", "velero-restore-helper"):
        (tmp_path / "bin" / name).write_text(name)
    for name in ("velero-plugin-for-aws", "restic"):
        (tmp_path / "bin" / name).write_text(name)


def blob(layout: Path, digest: str) -> dict[str, object]:
    document: dict[str, object] = json.loads(
        (layout / "blobs" / "sha256" / digest.removeprefix("sha256:")).read_text()
    )
    return document


def layers(layout: Path) -> list[str]:
    manifest = blob(layout, digest_of(layout))
    found = manifest["layers"]
    assert isinstance(found, list)
    return [layer["digest"] for layer in found]


def test_the_roles_share_the_layer_with_their_program() -> None:
    named = {
        image.name: image.build()
        for image in ESTATE_IMAGES
        if image.name in {"shop/web:2.4.1", "shop/api:2.4.1"}
    }
    web, api = named.values()
    assert layers(web)[0] == layers(api)[0]
    assert digest_of(web) != digest_of(api)


def test_one_image_is_for_two_processors() -> None:
    (agent,) = [image for image in ESTATE_IMAGES if image.name.startswith("shop/agent:")]
    layout = agent.build()
    index = blob(layout, digest_of(layout))
    assert index["mediaType"] == INDEX_TYPE
    entries = index["manifests"]
    assert isinstance(entries, list)
    assert [entry["platform"]["architecture"] for entry in entries] == ["amd64", "arm64"]
    assert len({entry["digest"] for entry in entries}) == 2


def test_every_image_has_a_name_of_its_own_and_can_be_built() -> None:
    images = (*ESTATE_IMAGES, *ENGINE_IMAGES)
    assert len({image.name for image in images}) == len(images)
    assert all(digest_of(image.build()).startswith("sha256:") for image in images)


def test_the_engines_images_are_those_that_the_migration_names() -> None:
    assert {image.name for image in ENGINE_IMAGES} == {
        "velero/velero:v1.18.3",
        "velero/velero-plugin-for-aws:v1.14.3",
        "restic/restic:0.18.1",
    }
