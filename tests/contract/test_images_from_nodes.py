"""An image whose tag is deleted from its registry comes into SWR from the node that runs it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from include.clusters import Cluster
from include.connections import ClusterAccess, DocumentConnections
from include.errors import PermanentError
from include.images import copy_images, prove_images
from include.images.contents import contents_of
from include.images.digests import read_digest
from include.images.manifests import Manifest
from include.images.obstacles import image_findings
from include.images.target import TargetRegistry
from include.inventory.model import ImageUse
from include.inventory.references import Reference, parse_reference
from include.planning.image_rows import image_rows
from include.planning.model import Plan, save_plan
from include.run import MigrationRun
from include.volumes.removing import remove_movers
from lab import paths
from tests.builders.definitions import definition
from tests.builders.runs import run as build_run
from tests.contract.registry_client import Pusher, open_client
from tests.contract.test_image_copying import access_of, clear

pytestmark = pytest.mark.lab
TOOL = "restic/restic"
REPOSITORY = "lost-check/tool"
NAMESPACE = "shop"
JOBS = "/apis/batch/v1/namespaces/velero/jobs"
Documents = dict[str, dict[str, Any]]


@dataclass
class Lost:
    """An image that runs, and is in no registry any more; `root` is that of its node's containerd."""

    connections: Documents
    folder: Path
    use: ImageUse
    manifest: Manifest
    root: Path

    def run(self, lost: str) -> MigrationRun:
        """Return a run whose definition says what happens to lost images."""

        def change(document: dict[str, Any]) -> None:
            target = {"connection": "swr", "organization": "lost-check"}
            document["images"].update(target=target, lost=lost, containerd_root=str(self.root))

        connections = DocumentConnections(self.connections)
        return build_run(self.folder / lost, definition=definition(change), connections=connections)


@pytest.fixture
def source() -> Iterator[Cluster]:
    cluster = Cluster(ClusterAccess("source", paths.SOURCE_KUBECONFIG.read_text(encoding="utf-8")))
    yield cluster
    cluster.close()


@pytest.fixture
def lost(connections: Documents, source: Cluster, tmp_path: Path) -> Iterator[Lost]:
    """Push an image of its own, run it, and delete it from the registry."""
    name = f"lost-{uuid.uuid4().hex[:6]}"
    registry = TargetRegistry(access_of(connections["source_registry"]))
    with open_client(connections["source_registry"]) as client:
        pusher = Pusher(client, REPOSITORY)
        manifest = push(registry, pusher, name)
        reference = f"{registry.host}/{REPOSITORY}:{name}"
        source.apply(pod(name, reference))
        path = f"/api/v1/namespaces/{NAMESPACE}/pods/{name}"
        try:
            seen = source.wait_for(path, is_running, 120, "it runs")
            pusher.clean()
            assert registry.digest(parse_reference(f"{registry.host}/{REPOSITORY}@{manifest.digest}")) is None
            node = str((seen or {})["spec"]["nodeName"])
            use = ImageUse(reference, manifest.digest, (f"Pod {NAMESPACE}/{name}",), nodes=(node,))
            yield Lost(connections, tmp_path, use, manifest, root_of(manifest))
        finally:
            source.delete(path)
            registry.close()


def push(registry: TargetRegistry, pusher: Pusher, name: str) -> Manifest:
    """Make an image of the tool's layers, with a config of its own."""
    tool = registry.manifest(Reference(registry.host, TOOL, "0.18.1", ""))
    assert tool is not None
    one = tool.children[0] if tool.children else tool
    document = one.document
    for layer in document["layers"]:
        assert registry.mount(REPOSITORY, layer["digest"], TOOL)
    with registry.stream(
        f"/v2/{TOOL}/blobs/{document['config']['digest']}", f"repository:{TOOL}:pull"
    ) as answer:
        config = json.loads(answer.read())
    config.setdefault("config", {})["Labels"] = {"lost": name}
    document["config"] |= pusher.blob(json.dumps(config).encode())
    pushed_answer, pushed = pusher.manifest(one.media_type, document, name)
    assert pushed_answer.status_code == 201
    found = registry.manifest(Reference(registry.host, REPOSITORY, name, ""))
    assert found is not None
    assert found.digest == pushed["digest"]
    return found


def pod(name: str, image: str) -> dict[str, Any]:
    container = {"name": "app", "image": image, "command": ["sleep", "3600"]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "containers": [container],
            "imagePullSecrets": [{"name": "registry-source"}],
            "terminationGracePeriodSeconds": 0,
        },
    }


def is_running(seen: dict[str, Any] | None) -> bool:
    return ((seen or {}).get("status") or {}).get("phase") == "Running"


def root_of(manifest: Manifest) -> Path:
    """Return the root folder of the containerd that has an image, as its node sees it."""
    name = manifest.digest.removeprefix("sha256:")
    (found,) = (paths.DATA / "machines").glob(
        f"*/containerd/io.containerd.content.v1.content/blobs/sha256/{name}"
    )
    return found.parents[3]


def planned(lost: Lost, run: MigrationRun) -> str:
    rows = [row for row in image_rows(run, [lost.use]) if row.key == lost.use.reference]
    save_plan(run.ledger, Plan(items=rows))
    return rows[0].target


def test_it_is_taken_from_its_node_and_proved_and_nothing_stays_there(
    lost: Lost, source: Cluster, connections: Documents
) -> None:
    (refused,) = image_findings(lost.run("refuse"), [lost.use])
    run = lost.run("take_from_nodes")
    (taken,) = image_findings(run, [lost.use])
    assert (refused.severity, taken.severity) == ("blocker", "warning")
    target = parse_reference(planned(lost, run))
    swr = TargetRegistry(access_of(connections["swr"]))
    try:
        assert swr.digest(target) is None
        copy_images(run, [lost.use.reference])
        prove_images(run, [lost.use.reference])

        there = swr.manifest(target)
        assert there is not None
        assert contents_of(there).platforms == contents_of(lost.manifest).platforms
        assert run.ledger.proofs("swr_image_sync")[lost.use.reference].equal
        record = read_digest(run.ledger, lost.use.reference)
        assert record is not None
        assert record.node == lost.use.nodes[0]
        held = [job for job in source.list(JOBS) if "-hold-" in job["metadata"]["name"]]
        assert all(job["metadata"].get("deletionTimestamp") for job in held)
    finally:
        remove_movers(run, source)
        clear(connections, swr, target.repository, target.tag)
        swr.close()


def test_a_layer_that_containerd_has_discarded_is_told(lost: Lost, source: Cluster) -> None:
    run = lost.run("take_from_nodes")
    planned(lost, run)
    config = lost.manifest.document["config"]["digest"].removeprefix("sha256:")
    blob = lost.root / "io.containerd.content.v1.content" / "blobs" / "sha256" / config
    kept = blob.read_bytes()
    blob.unlink()
    try:
        with pytest.raises(
            PermanentError,
            match=rf"node {lost.use.nodes[0]} lacks 1 of its \d+ layers and configs.*discard_unpacked_layers",
        ):
            copy_images(run, [lost.use.reference])
    finally:
        blob.write_bytes(kept)
        remove_movers(run, source)
