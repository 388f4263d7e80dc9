"""The definition chooses platforms and attestations; what is left out is named."""

from __future__ import annotations

from typing import Any

import pytest

from include.definition import Images
from include.errors import PermanentError
from include.images.choosing import Chosen, choose
from include.images.contents import contents_of
from include.images.docker_types import REFERENCE
from include.images.manifests import Manifest
from include.inventory.references import Reference
from tests.builders.registry import FakeRegistry


def settings(**fields: Any) -> Images:
    return Images.model_validate({"target": {"connection": "swr", "organization": "shop"}, **fields})


def platform(name: str) -> dict[str, Any]:
    system, architecture, *variant = name.split("/")
    found = {"os": system, "architecture": architecture}
    return {"platform": {**found, "variant": variant[0]} if variant else found}


def image(*platforms: str) -> Manifest:
    """Return an index of these platforms, with an attestation of the first."""
    registry = FakeRegistry()
    entries = [
        registry.push_image("web", "", name.encode(), annotations={"of": name}) | platform(name)
        for name in platforms
    ]
    attestation = registry.push_image("web", "", b"provenance")
    about = {REFERENCE: entries[0]["digest"], "vnd.docker.reference.type": "attestation-manifest"}
    entries.append(attestation | platform("unknown/unknown") | {"annotations": about})
    registry.push_index("web", "1", entries)
    found = registry.client().manifest(Reference("", "web", "1", ""))
    assert found is not None
    return found


def platforms_of(chosen: Chosen) -> list[str]:
    return list(contents_of(chosen.manifest).platforms)


def test_without_a_choice_an_image_stays_whole_to_the_byte() -> None:
    whole = image("linux/amd64", "linux/arm64/v8")

    assert choose(whole, settings()) == Chosen(whole)


def test_platforms_that_are_not_chosen_go_with_their_attestations() -> None:
    chosen = choose(image("linux/amd64", "linux/arm64/v8"), settings(platforms=["linux/arm64"]))

    assert platforms_of(chosen) == ["linux/arm64/v8"]
    assert chosen.left_out[0] == "platform linux/amd64"
    assert chosen.left_out[1].startswith("attestation of sha256:")


def test_attestations_alone_can_be_dropped() -> None:
    whole = image("linux/amd64", "linux/arm64")
    chosen = choose(whole, settings(attestations="drop"))

    assert platforms_of(chosen) == ["linux/amd64", "linux/arm64"]
    assert len(chosen.left_out) == 1
    assert chosen.manifest.digest != whole.digest


def test_a_choice_gives_the_same_bytes_each_time() -> None:
    whole, chosen = image("linux/amd64", "linux/arm64"), settings(platforms=["linux/amd64"])

    assert choose(whole, chosen).manifest.digest == choose(whole, chosen).manifest.digest


def test_a_choice_that_drops_nothing_changes_nothing() -> None:
    whole = image("linux/amd64")

    assert choose(whole, settings(platforms=["linux/amd64"])) == Chosen(whole)


def test_an_image_of_other_platforms_names_those_it_has() -> None:
    with pytest.raises(PermanentError, match=r"none of the platforms .* but linux/amd64, linux/arm64"):
        choose(image("linux/amd64", "linux/arm64"), settings(platforms=["linux/s390x"]))


def test_an_image_of_one_platform_is_copied_whole() -> None:
    registry = FakeRegistry()
    registry.push_image("web", "1", b"x")
    single = registry.client().manifest(Reference("", "web", "1", ""))
    assert single is not None

    assert choose(single, settings(platforms=["linux/s390x"])) == Chosen(single)
