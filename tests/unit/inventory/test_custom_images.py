"""Custom resources name images where the definition says so, and adaptation rewrites them there."""

from __future__ import annotations

from typing import Any

import pytest

from include.adaptation.context import AdaptationContext
from include.adaptation.rules import images as rule
from include.definition import CustomImage, Images
from include.inventory.images import find_images
from tests.builders.definitions import definition

ONE = "sha256:" + "1" * 64


def field(path: str, kind: str = "Database") -> CustomImage:
    return CustomImage(kind=kind, group="db.example.com", path=path)


def database(**spec: Any) -> dict[str, Any]:
    metadata = {"name": "main", "namespace": "shop"}
    return {"apiVersion": "db.example.com/v1", "kind": "Database", "metadata": metadata, "spec": spec}


@pytest.mark.parametrize(
    ("path", "spec", "expected"),
    [
        ("spec.source", {"source": "quay.io/a/b:1"}, ["quay.io/a/b:1"]),
        (
            "$.spec.parts[*].source",
            {"parts": [{"source": "a:1"}, {}, {"source": "b:2"}]},
            ["a:1", "b:2"],
        ),
        ("spec.sources[*]", {"sources": ["a:1", "b:2"]}, ["a:1", "b:2"]),
        ("spec.source", {"source": {"name": "a"}}, []),
        ("spec.parts[*].source", {"parts": {"source": "a:1"}}, []),
    ],
)
def test_a_field_of_the_definition_names_images(path: str, spec: dict[str, Any], expected: list[str]) -> None:
    found = find_images([database(**spec)], ["registry.source.lab"], [field(path)])

    assert [image.reference for image in found] == expected


def test_a_field_of_another_kind_does_not_count() -> None:
    assert find_images([database(source="a:1")], [], [field("spec.source", "Cache")]) == []


def test_a_field_that_is_found_by_its_name_too_counts_once() -> None:
    obj = database(image="registry.source.lab/a:1")

    (found,) = find_images([obj], ["registry.source.lab"], [field("spec.image")])

    assert found.used_by == ("Database shop/main",)


def test_images_in_these_fields_are_led_to_the_target() -> None:
    fields = [{"kind": "Database", "group": "db.example.com", "path": "spec.parts[*].source"}]
    context = AdaptationContext(
        definition=definition(lambda document: document["images"].update(custom_resources=fields)),
        moves=(),
        target_image=lambda reference: f"swr/{reference}",
        registries=("registry.source.lab",),
    )

    adapted = rule.apply(database(parts=[{"source": "a:1"}, {"source": "b:2"}]), context)

    assert adapted["spec"] == {"parts": [{"source": "swr/a:1"}, {"source": "swr/b:2"}]}


@pytest.mark.parametrize("path", ["", "spec..image", "spec.parts[0].image", "spec.parts[*", "$.", "*.image"])
def test_a_path_that_names_no_field_is_refused(path: str) -> None:
    fields = [{"kind": "Database", "group": "db.example.com", "path": path}]
    with pytest.raises(ValueError, match="path"):
        Images.model_validate({
            "target": {"connection": "swr", "organization": "shop"},
            "custom_resources": fields,
        })


def pod(node: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"web-{node}", "namespace": "shop"},
        "spec": {
            "nodeName": node,
            "containers": [{"name": "web", "image": "registry.source.lab/web:1"}],
            "ephemeralContainers": [{"name": "debug", "image": "registry.source.lab/debug:1"}],
        },
        "status": {"containerStatuses": [{"name": "web", "imageID": f"registry.source.lab/web@{ONE}"}]},
    }


def test_an_image_knows_the_nodes_that_pulled_it_and_ephemeral_containers_count() -> None:
    debug, web = find_images([pod("node-1"), pod("node-2")], [])

    assert (debug.reference, debug.nodes) == ("registry.source.lab/debug:1", ())
    assert (web.digest, web.nodes) == (ONE, ("node-1", "node-2"))


def test_the_template_of_a_running_job_names_images() -> None:
    template = {"spec": {"containers": [{"name": "run", "image": "registry.source.lab/job:1"}]}}
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "fill", "namespace": "shop"},
        "spec": {"template": template},
    }

    assert [image.reference for image in find_images([job], [])] == ["registry.source.lab/job:1"]
