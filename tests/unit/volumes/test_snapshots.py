"""A claim is copied from a snapshot while applications write; nothing of it stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from include.errors import TemporaryError
from include.run import MigrationRun
from include.volumes import copying, snapshots
from include.volumes.copying import copied_document, copy_volumes
from include.volumes.manifests import Mover
from include.volumes.removing import remove_movers
from include.volumes.snapshots import make_frozen_claim, remove_frozen_claim
from tests.builders.objects import MemoryCluster, claim, make
from tests.builders.runs import run as lab_run
from tests.unit.volumes.recorded_movers import record_movers
from tests.unit.volumes.test_movers import row

GI = 2**30
ROW = row(
    node_path=None,
    node="node-1",
    snapshot_class="fast",
    storage_class="gp3",
    size=10 * GI,
    access_modes=["ReadWriteOnce"],
)


class Snapshotting(MemoryCluster):
    """Make snapshots ready, or say why there are none."""

    status: dict[str, Any] = {"readyToUse": True, "restoreSize": "12Gi"}  # ruff: ignore[mutable-class-default]

    def wait_for(self, path: str, predicate: Callable[[Any], bool], *_: Any) -> dict[str, Any] | None:
        seen = self.find(path)
        if seen is not None and seen["kind"] == "VolumeSnapshot":
            seen["status"] = self.status
        elif seen is not None:
            # What was being removed has gone by now.
            self.objects.pop(path)
            seen = None
        assert predicate(seen)
        return seen

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        return [obj for obj in self.objects.values() if obj["kind"] == kind]


@pytest.fixture
def run(tmp_path: Path) -> MigrationRun:
    made = lab_run(tmp_path)
    restored = claim()
    restored["metadata"]["labels"] = {"velero.io/restore-name": "one"}
    made.__dict__["source"] = Snapshotting("source", claim())
    made.__dict__["target"] = MemoryCluster("target", restored)
    return made


@pytest.fixture
def movers(monkeypatch: pytest.MonkeyPatch) -> list[Mover]:
    return record_movers(monkeypatch, ROW)


def test_a_claim_is_made_from_a_snapshot_and_is_as_large_as_the_larger_of_both(run: MigrationRun) -> None:
    name = make_frozen_claim(run, ROW)
    (snapshot,) = run.source.of_kind("VolumeSnapshot")  # type: ignore[attr-defined]
    made = run.source.get(f"/api/v1/namespaces/shop/persistentvolumeclaims/{name}")

    assert snapshot["spec"] == {
        "volumeSnapshotClassName": "fast",
        "source": {"persistentVolumeClaimName": "uploads"},
    }
    assert made["spec"]["dataSource"]["name"] == snapshot["metadata"]["name"]
    assert made["spec"]["resources"]["requests"]["storage"] == str(12 * GI)
    assert (made["spec"]["storageClassName"], made["spec"]["accessModes"]) == ("gp3", ["ReadWriteOnce"])


def test_the_copy_reads_the_claim_of_the_snapshot_and_removes_both(
    run: MigrationRun, movers: list[Mover]
) -> None:
    copy_volumes(run)
    reader = movers[0]

    assert (reader.volume or {})["persistentVolumeClaim"]["claimName"].startswith("cce-snapshot-")
    assert (reader.node, reader.settings["FROZEN"]) == (None, "yes")
    assert [obj["metadata"]["name"] for obj in run.source.objects.values()] == ["uploads"]  # type: ignore[attr-defined]
    assert run.ledger.read(copied_document(ROW.key))["frozen"] is True


def test_the_final_pass_reads_the_claim_itself(
    run: MigrationRun, movers: list[Mover], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "is_quiesced", lambda run, side: True)
    monkeypatch.setattr(copying, "can_stand_by", lambda row: False)
    copy_volumes(run)

    assert (movers[0].volume or {})["persistentVolumeClaim"]["claimName"] == "uploads"
    assert run.ledger.read(copied_document(ROW.key))["frozen"] is False


def test_what_a_killed_try_has_made_is_taken(run: MigrationRun) -> None:
    first = make_frozen_claim(run, ROW)
    assert make_frozen_claim(run, ROW) == first


def test_a_claim_that_is_on_its_way_out_is_waited_for_and_made_anew(run: MigrationRun) -> None:
    name = make_frozen_claim(run, ROW)
    (path,) = [path for path in run.source.objects if path.endswith(f"persistentvolumeclaims/{name}")]  # type: ignore[attr-defined]
    run.source.objects[path]["metadata"]["deletionTimestamp"] = "2026-11-28T10:00:00Z"  # type: ignore[attr-defined]
    make_frozen_claim(run, ROW)

    assert "deletionTimestamp" not in run.source.get(path)["metadata"]


def test_a_driver_that_refuses_is_told_with_what_it_says(
    run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "ERROR_SECONDS", 0.0)
    monkeypatch.setattr(Snapshotting, "status", {"error": {"message": "the pool is full"}})

    with pytest.raises(
        TemporaryError, match=r"claim shop/uploads, source cluster: .*\(the pool is full\)"
    ) as caught:
        make_frozen_claim(run, ROW)
    assert "volumes.snapshots" in str(caught.value)
    assert run.source.of_kind("VolumeSnapshot") == []  # type: ignore[attr-defined]


def test_a_disk_goes_with_its_claim_though_its_class_keeps_disks(run: MigrationRun) -> None:
    name = make_frozen_claim(run, ROW)
    made = run.source.get(f"/api/v1/namespaces/shop/persistentvolumeclaims/{name}")
    made["spec"]["volumeName"] = "pv-2"
    disk = make("v1", "PersistentVolume", "pv-2", spec={"persistentVolumeReclaimPolicy": "Retain"})
    for obj in (made, disk):
        run.source.apply(obj)
    remove_frozen_claim(run, ROW)

    assert (
        run.source.get("/api/v1/persistentvolumes/pv-2")["spec"]["persistentVolumeReclaimPolicy"] == "Delete"
    )
    assert [obj["metadata"]["name"] for obj in run.source.of_kind("PersistentVolumeClaim")] == ["uploads"]  # type: ignore[attr-defined]


def test_what_a_killed_run_has_left_is_removed_at_the_end(run: MigrationRun) -> None:
    make_frozen_claim(run, ROW)
    assert remove_movers(run, run.source) == 2
    assert [obj["metadata"]["name"] for obj in run.source.objects.values()] == ["uploads"]  # type: ignore[attr-defined]
