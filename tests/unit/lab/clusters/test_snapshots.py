from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from lab import paths
from lab.binaries.modules import FOLDER, SNAPSHOT_KINDS
from lab.clusters import snapshots
from lab.clusters.settings import SOURCE_CLUSTER
from lab.clusters.snapshots import DRIVER, SourceSnapshots, snapshot_manifests
from lab.supervision.namespace import machine_data


class FakeApi:
    """A cluster whose node has these drivers."""

    def __init__(self, drivers: list[dict[str, Any]] | None) -> None:
        self._drivers = drivers

    def __enter__(self) -> FakeApi:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def get(self, path: str) -> dict[str, Any]:
        return {"spec": {"drivers": self._drivers}}


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("BIN", "DATA", "RUN"):
        monkeypatch.setattr(paths, name, tmp_path / name.lower())


def is_ready(
    monkeypatch: pytest.MonkeyPatch, drivers: list[dict[str, Any]] | None, silent: str = "none"
) -> bool:
    def answer(url: str, **_: Any) -> httpx.Response:
        return httpx.Response(503 if silent in url else 200)

    monkeypatch.setattr(snapshots, "ClusterApi", lambda *_, **__: FakeApi(drivers))
    monkeypatch.setattr(snapshots.httpx, "get", answer)
    return SourceSnapshots().is_ready()


def test_snapshots_are_there_when_the_kubelet_has_the_driver_and_each_sidecar_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert is_ready(monkeypatch, [{"name": "another"}, {"name": DRIVER}])


@pytest.mark.parametrize("drivers", [None, [], [{"name": "another"}]])
def test_snapshots_are_not_there_before_the_kubelet_has_the_driver(
    monkeypatch: pytest.MonkeyPatch, drivers: list[dict[str, Any]] | None
) -> None:
    assert not is_ready(monkeypatch, drivers)


@pytest.mark.parametrize("port", ["9801", "9802", "9803"])
def test_snapshots_are_not_there_while_a_sidecar_is_silent(
    monkeypatch: pytest.MonkeyPatch, port: str
) -> None:
    assert not is_ready(monkeypatch, [{"name": DRIVER}], silent=port)


def test_all_programs_run_on_the_node_and_what_they_store_is_the_nodes() -> None:
    programs = {program.name: program for program in SourceSnapshots().programs()}
    assert list(programs) == [
        "source-node-1-csi-hostpath",
        "source-node-1-csi-provisioner",
        "source-node-1-csi-snapshotter",
        "source-node-1-snapshot-controller",
    ]
    machine = SOURCE_CLUSTER.nodes[0].machine
    for program in programs.values():
        assert program.netns == machine.netns
        assert "nsenter --mount" in " ".join(program.command)
    assert f"--data={machine_data(machine)}/csi-hostpath" in programs["source-node-1-csi-hostpath"].command


def test_the_kinds_come_before_the_objects_of_them() -> None:
    paths.BIN.mkdir()
    kind = "kind: CustomResourceDefinition\nmetadata: {name: %s}\n"
    (paths.BIN / SNAPSHOT_KINDS).write_text("\n---\n".join("---\n" + kind % name for name in ("a", "b")))
    found = snapshot_manifests()
    assert [one["metadata"]["name"] for one in found[:2]] == ["a", "b"]
    by_kind = {one["kind"]: one for one in found}
    assert by_kind["CSIDriver"]["metadata"]["name"] == DRIVER
    assert by_kind["StorageClass"]["provisioner"] == DRIVER
    assert by_kind["VolumeSnapshotClass"]["driver"] == DRIVER


def test_the_driver_has_the_name_that_the_cluster_is_told() -> None:
    assert f'const driverName = "{DRIVER}"' in (FOLDER / "csi" / "main.go").read_text()
