"""Images are pulled before the source is stopped; a node that does not get one keeps the cutover from stopping it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.cutover import pulling_ahead
from include.cutover.pulling_ahead import pull_ahead, remove_pulls
from include.errors import ClusterError, TemporaryError
from include.run import MigrationRun
from tests.builders.definitions import definition
from tests.builders.objects import MemoryCluster, deployment, workload
from tests.builders.runs import run as lab_run
from tests.unit.cutover.test_pulling_pods import node, status

HELD = {"annotations": {"cce-migration/held": '{"replicas": 2}'}}
EMPTY = {"annotations": {"cce-migration/held": '{"replicas": 0}'}}
Seen = dict[str, Any]


class Kubelet(MemoryCluster):
    """Answer with one status of a pod after another for every pod that was made."""

    def __init__(self, *objects: Seen, says: list[Seen]) -> None:
        super().__init__("target", *objects)
        self.says = says
        self.made: list[str] = []

    def create(self, obj: Seen, *, dry_run: bool = False) -> Seen:
        self.made.append(obj["spec"]["nodeName"])
        return super().create(obj, dry_run=dry_run)

    def find(self, path: str, **parameters: Any) -> Seen | None:
        found = super().find(path)
        if found is not None and "/pods/" in path:
            found["status"] = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        return found

    def delete(self, path: str, **parameters: Any) -> bool:  # type: ignore[override]
        return self.objects.pop(path, None) is not None


DONE = {"phase": "Failed", "containerStatuses": [{"image": "a", "imageID": "sha256:1", "state": {}}]}
WAITS = {"phase": "Pending", "containerStatuses": [status("a", "ErrImagePull")]}
BACKS_OFF = {"phase": "Pending", "containerStatuses": [status("a", "ImagePullBackOff")]}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling_ahead, "POLL_SECONDS", 0.001)
    monkeypatch.setattr(pulling_ahead, "HOPELESS_SECONDS", 0.02)


def prepared(folder: Path, says: list[Seen], **cutover: Any) -> tuple[MigrationRun, Kubelet]:
    run = lab_run(folder, definition=definition(lambda document: document["cutover"].update(cutover)))
    none, stopped = deployment("none", metadata=EMPTY), workload("StatefulSet", "runs")
    cluster = Kubelet(deployment(metadata=HELD), none, stopped, node("one"), node("two"), says=says)
    run.__dict__["target"] = cluster
    return run, cluster


def test_every_node_pulls_what_is_held_and_nothing_is_left(tmp_path: Path) -> None:
    run, cluster = prepared(tmp_path, [WAITS, DONE])
    assert pull_ahead(run) == 2
    assert cluster.made == ["one", "two"]
    assert not any("/pods/" in path for path in cluster.objects)


def test_an_image_that_does_not_arrive_is_told_with_its_node_and_nothing_is_left(tmp_path: Path) -> None:
    run, cluster = prepared(tmp_path, [WAITS, BACKS_OFF, WAITS, BACKS_OFF])
    with pytest.raises(
        TemporaryError, match=r"node one, a: ImagePullBackOff: no such tag; node two.*pull_ahead"
    ):
        pull_ahead(run)
    assert not any("/pods/" in path for path in cluster.objects)


def test_a_pull_that_takes_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling_ahead, "TIMEOUT_SECONDS", 0.01)
    run, _ = prepared(tmp_path, [{"phase": "Pending"}])
    with pytest.raises(TemporaryError, match="node one, namespace shop: still pulls"):
        pull_ahead(run)


def test_a_pod_that_somebody_removes_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, cluster = prepared(tmp_path, [DONE])
    find = cluster.find
    lost: list[str] = []

    def lose_once(path: str, **parameters: Any) -> Seen | None:
        if "/pods/" in path and path not in lost:
            lost.append(path)
            cluster.objects.pop(path)
        return find(path)

    monkeypatch.setattr(cluster, "find", lose_once)
    assert pull_ahead(run) == 2
    assert sorted(cluster.made) == ["one", "one", "two", "two"]


def test_a_namespace_that_refuses_the_pod_is_told_and_pulls_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run, cluster = prepared(tmp_path, [DONE])
    create = cluster.create

    def refuse_one(obj: Seen, *, dry_run: bool = False) -> Seen:
        if obj["spec"]["nodeName"] == "one":
            raise ClusterError("exceeded quota", status=403)
        return create(obj, dry_run=dry_run)

    cluster.create = refuse_one  # type: ignore[method-assign]
    with caplog.at_level("WARNING"):
        assert pull_ahead(run) == 1
    assert cluster.made == ["two"]
    assert "Node one does not pull the images of namespace shop ahead" in caplog.text


def test_it_can_be_left_out(tmp_path: Path) -> None:
    run, cluster = prepared(tmp_path, [DONE], pull_ahead=False)
    assert pull_ahead(run) == 0
    assert cluster.made == []
    assert remove_pulls(run) == 0
