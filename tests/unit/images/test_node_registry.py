"""An image that its registry has lost is read from a node that has all of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from include.errors import PermanentError
from include.images import copy_images, prove_images
from include.images.digests import read_digest
from include.images.manifests import OCI_INDEX, OCI_MANIFEST
from include.images.node_registry import NodeRegistry
from include.images.obstacles import image_findings
from include.images.target import TargetRegistry
from include.inventory.model import ImageUse
from include.inventory.references import parse_reference
from include.planning.image_rows import image_rows
from include.planning.model import Plan, PlanItem, save_plan
from include.run import MigrationRun
from tests.builders.definitions import definition
from tests.builders.registry import CONFIG, LAYER, FakeRegistry, digest_of, swr
from tests.builders.runs import run as build_run

HOST = "registry.source.lab"
NAME = f"{HOST}/shop/api:1"


class Nodes:
    """What containerd keeps on each node."""

    def __init__(self, **content: list[bytes]) -> None:
        self.content = {
            name.replace("_", "-"): {digest_of(one): one for one in bodies}
            for name, bodies in content.items()
        }
        self.removed: list[str] = []
        self.read_from: list[str] = []

    def sizes(self, node: str, digests: Iterable[str]) -> dict[str, int]:
        return {one: len(self.content[node][one]) for one in digests if one in self.content[node]}

    def read(self, node: str, digest: str) -> Iterator[bytes]:
        self.read_from.append(node)
        body = self.content[node][digest]
        yield body[:3]
        yield body[3:]

    def remove(self, nodes: Iterable[str]) -> None:
        self.removed += sorted(nodes)


def image(text: bytes, architecture: str = "amd64") -> list[bytes]:
    """Return a manifest, its config and its layer."""
    config, layer = json.dumps({"architecture": architecture, "os": "linux"}).encode(), text * 100
    parts = [
        {"mediaType": kind, "digest": digest_of(body), "size": len(body)}
        for kind, body in ((CONFIG, config), (LAYER, layer))
    ]
    document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": parts[0], "layers": parts[1:]}
    return [json.dumps(document).encode(), config, layer]


def index(*manifests: bytes) -> bytes:
    entries = [
        {
            "mediaType": OCI_MANIFEST,
            "digest": digest_of(one),
            "size": len(one),
            "platform": {"os": "linux", "architecture": architecture},
        }
        for one, architecture in zip(manifests, ("amd64", "arm64"), strict=False)
    ]
    return json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}).encode()


def reference_of(manifest: bytes) -> Any:
    return parse_reference(f"{HOST}/shop/api@{digest_of(manifest)}")


def registry(nodes: Nodes) -> NodeRegistry:
    return NodeRegistry(nodes, sorted(nodes.content))  # type: ignore[arg-type]


def test_the_first_node_that_has_all_of_it_is_read() -> None:
    whole = image(b"api")
    nodes = Nodes(node_1=[], node_2=whole[:2], node_3=whole)

    served = registry(nodes)
    manifest = served.manifest(reference_of(whole[0]))

    assert manifest is not None
    assert (manifest.body, manifest.media_type, served.node) == (whole[0], OCI_MANIFEST, "node-3")
    with served.stream(f"/v2/shop/api/blobs/{digest_of(whole[2])}", "") as answer:
        assert b"".join(answer.iter_raw()) == whole[2]


def test_an_index_of_which_one_platform_was_pulled_gives_that_one() -> None:
    amd64, arm64 = image(b"x"), image(b"y", "arm64")
    nodes = Nodes(node_1=[index(amd64[0], arm64[0]), *amd64])

    manifest = registry(nodes).manifest(reference_of(index(amd64[0], arm64[0])))

    assert manifest is not None
    assert manifest.body == amd64[0]


def test_an_index_that_is_there_as_a_whole_stays_one() -> None:
    amd64, arm64 = image(b"x"), image(b"y", "arm64")
    whole = index(amd64[0], arm64[0])

    manifest = registry(Nodes(node_1=[whole, *amd64, *arm64])).manifest(reference_of(whole))

    assert manifest is not None
    assert (manifest.body, len(manifest.children)) == (whole, 2)


def test_what_containerd_has_discarded_is_told_of_each_node() -> None:
    whole = image(b"api")
    served = registry(Nodes(node_1=whole[:2], node_2=[]))

    with pytest.raises(
        PermanentError,
        match=r"node node-1 lacks 1 of its 2 layers and configs; node node-2 lacks its manifest sha256:.*discard_unpacked_layers",
    ):
        served.manifest(reference_of(whole[0]))


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> FakeRegistry:
    return FakeRegistry(HOST)


@pytest.fixture
def target(source: FakeRegistry, monkeypatch: pytest.MonkeyPatch) -> FakeRegistry:
    found = swr()
    registries = {HOST: source, "swr.eu-de.lab": found}

    def client_of(access: Any) -> TargetRegistry:
        return registries[access.host].client()

    for place in ("registries.TargetRegistry", "registries.ContentRegistry", "contents.ContentRegistry"):
        monkeypatch.setattr(f"include.images.{place}", client_of)
    return found


@pytest.fixture
def nodes(monkeypatch: pytest.MonkeyPatch) -> Nodes:
    found = Nodes(node_1=image(b"api"))
    monkeypatch.setattr("include.images.registries.NodeReader", lambda _: found)
    return found


def a_run(folder: Path, lost: str = "take_from_nodes") -> MigrationRun:
    return build_run(folder, definition=definition(lambda document: document["images"].update(lost=lost)))


def lost_image(reference: str = NAME) -> ImageUse:
    return ImageUse(reference, digest_of(image(b"api")[0]), ("Deployment shop/api",), nodes=("node-1",))


def row_of(run: MigrationRun, *images: ImageUse) -> PlanItem:
    (found,) = [row for row in image_rows(run, list(images)) if row.key == NAME]
    save_plan(run.ledger, Plan(items=[found]))
    return found


@pytest.fixture(autouse=True)
def no_other_images(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("include.planning.image_rows.with_own_images", lambda _, images: images)


def test_a_lost_image_is_copied_from_its_node_and_proved(
    tmp_path: Path, target: FakeRegistry, nodes: Nodes
) -> None:
    run = a_run(tmp_path)
    assert row_of(run, lost_image()).details["nodes"] == ["node-1"]

    copy_images(run, [NAME])
    prove_images(run, [NAME])

    record, item = read_digest(run.ledger, NAME), run.ledger.item("swr_image_sync", NAME)
    assert record is not None
    assert item is not None
    assert (record.node, item.action) == ("node-1", "copied")
    assert item.note == "taken from node node-1: its registry has lost it"
    assert run.ledger.proofs("swr_image_sync")[NAME].equal
    assert nodes.removed == ["node-1"]
    held = [body for blobs in target.blobs.values() for body in blobs.values()]
    assert {image(b"api")[1], image(b"api")[2]} <= set(held)


def test_an_image_that_its_registry_has_is_taken_from_there(
    tmp_path: Path, source: FakeRegistry, target: FakeRegistry, nodes: Nodes
) -> None:
    run = a_run(tmp_path)
    kept = source.push_image("shop/api", "1", b"api")
    row = row_of(run, ImageUse(NAME, kept["digest"], (), nodes=("node-1",)))

    copy_images(run, [NAME])

    assert "nodes" not in row.details
    assert nodes.read_from == []


@pytest.mark.parametrize(
    ("lost", "image_use", "severity"),
    [
        ("take_from_nodes", lost_image(), "warning"),
        ("refuse", lost_image(), "blocker"),
        ("take_from_nodes", ImageUse(NAME, None, ("CronJob shop/job",)), "blocker"),
        ("take_from_nodes", lost_image(f"{HOST}/shop/api@{lost_image().digest}"), "blocker"),
    ],
    ids=["taken", "refused", "on no node", "named by digest"],
)
def test_the_finding_s_severity_follows_the_option(
    tmp_path: Path, target: FakeRegistry, lost: str, image_use: ImageUse, severity: str
) -> None:
    (found,) = image_findings(a_run(tmp_path, lost), [image_use])
    assert found.severity == severity
