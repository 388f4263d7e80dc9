"""A node of the lab pulls an image without running it, and what it says of one that does not exist is told."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from include.adaptation.hold import HELD
from include.clusters import Cluster
from include.connections import ClusterAccess
from include.cutover import pulling_ahead
from include.cutover.pulling_ahead import pull_ahead
from include.errors import TemporaryError
from include.run import MigrationRun
from tests.builders.runs import run as lab_run

pytestmark = pytest.mark.lab

NAME = "pulled-ahead"
PATH = f"/apis/apps/v1/namespaces/shop/deployments/{NAME}"
PODS = "/api/v1/namespaces/shop/pods"
IMAGE = "registry.source.lab/restic/restic:0.18.1"


def held(image: str) -> dict[str, Any]:
    """Return a Deployment that is held."""
    pod = {
        "containers": [{"name": "app", "image": image}],
        "imagePullSecrets": [{"name": "registry-source"}],
    }
    metadata = {"name": NAME, "namespace": "shop", "annotations": {HELD: json.dumps({"replicas": 1})}}
    template = {"metadata": {"labels": {"app": NAME}}, "spec": pod}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata,
        "spec": {"replicas": 0, "selector": {"matchLabels": {"app": NAME}}, "template": template},
    }


@pytest.fixture
def cluster(source_kubeconfig: str) -> Iterator[Cluster]:
    found = Cluster(ClusterAccess("target", source_kubeconfig))
    yield found
    found.delete(PATH, propagation="Foreground")


@pytest.fixture
def run(tmp_path: Path, cluster: Cluster) -> MigrationRun:
    made = lab_run(tmp_path)
    made.__dict__["target"] = cluster
    return made


def pulling(cluster: Cluster) -> list[str]:
    """Return the pods that pull."""
    found = cluster.list(PODS, labelSelector="cce-migration/pulls")
    return [pod["metadata"]["name"] for pod in found if not pod["metadata"].get("deletionTimestamp")]


def test_a_node_gets_the_image_and_runs_nothing_of_it(
    run: MigrationRun, cluster: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    cluster.apply(held(IMAGE))
    with caplog.at_level(logging.INFO):
        assert pull_ahead(run) == 1
    assert "have the 1 images of 1 workloads" in caplog.text
    assert pulling(cluster) == []
    (node,) = cluster.list("/api/v1/nodes")
    assert any(IMAGE in (image.get("names") or []) for image in node["status"]["images"])


def test_an_image_that_does_not_exist_is_told_with_the_node_and_the_reason(
    run: MigrationRun, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling_ahead, "HOPELESS_SECONDS", 5.0)
    cluster.apply(held("registry.source.lab/restic/restic:never"))
    with pytest.raises(
        TemporaryError, match=r"node source-node-1, registry.source.lab/restic/restic:never: (Err)?ImagePull"
    ):
        pull_ahead(run)
    assert pulling(cluster) == []
