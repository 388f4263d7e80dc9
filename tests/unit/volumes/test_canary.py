from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.errors import ProofError
from include.inventory.store import save_inventory
from include.planning.model import Plan, PlanItem, save_plan
from include.run import MigrationRun
from include.volumes import canary
from include.volumes.canary import canaries, prove_volume_canaries
from include.volumes.manifests import Mover
from tests.builders.objects import MemoryCluster, inventory, make
from tests.builders.runs import run as lab_run
from tests.unit.volumes.test_movers import row

READY = {"conditions": [{"type": "Ready", "status": "True"}]}
NODE = make("v1", "Node", "worker", status=READY)
TREE = "cce-tree 3 abc 755 0 0\n"


class Binding(MemoryCluster):
    """Bind every claim to a volume that its class keeps."""

    def create(self, obj: dict[str, Any], *, dry_run: bool = False) -> dict[str, Any]:
        if obj["kind"] == "PersistentVolumeClaim":
            obj["spec"]["volumeName"] = "pv-canary"
        return super().create(obj, dry_run=dry_run)

    def patch(self, path: str, patch: dict[str, Any], **parameters: Any) -> dict[str, Any]:
        self.objects[path]["spec"] |= patch["spec"]
        return self.objects[path]


def storage_class(name: str, provisioner: str = "rancher.io/local-path") -> dict[str, Any]:
    return make("storage.k8s.io/v1", "StorageClass", name, provisioner=provisioner)


def kept_volume() -> dict[str, Any]:
    spec = {"persistentVolumeReclaimPolicy": "Retain", "local": {"path": "/opt/x"}}
    return make("v1", "PersistentVolume", "pv-canary", spec=spec)


def volume_row(name: str, **details: Any) -> PlanItem:
    known = {"claim": name, "storage_class": "local-path", "access_modes": ["ReadWriteOnce"], "size": 2**28}
    found = row(**{**known, **details})
    return PlanItem(**{**found.__dict__, "key": f"volumes/shop/{name}"})


def a_run(folder: Path, *rows: PlanItem, node: dict[str, Any] = NODE) -> MigrationRun:
    run = lab_run(folder)
    save_inventory(
        run.ledger, inventory(storage_class("local-path"), storage_class("by-hand", canary.STATIC))
    )
    save_plan(run.ledger, Plan(items=list(rows)))
    run.__dict__["source"] = Binding("source", node, kept_volume())
    run.__dict__["target"] = Binding("target", kept_volume())
    return run


@pytest.fixture
def movers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    seen: list[str] = []

    def seed(cluster: Any, mover: Mover, secrets: dict[str, str]) -> str:
        seen.append(f"{mover.script} {cluster.name}")
        return ""

    monkeypatch.setattr(canary, "make_repository", lambda run: seen.append("repository"))
    monkeypatch.setattr(canary, "run_mover", seed)
    monkeypatch.setattr(canary, "start_both", lambda run, row, which: (TREE, TREE))
    return seen


def test_each_class_that_makes_volumes_gets_one_claim_as_large_as_its_smallest_volume(tmp_path: Path) -> None:
    rows = [
        volume_row("large", size=2**30),
        volume_row("small"),
        volume_row("by-hand", storage_class="by-hand"),
        volume_row("shared", access_modes=["ReadWriteMany"], size=1),
        volume_row("folder", storage_class=None),
    ]
    run = a_run(tmp_path, *rows)

    assert [(one.storage_class, one.size_bytes) for one in canaries(run, rows)] == [("local-path", 2**28)]


def test_a_claim_that_arrives_is_noted_and_removed_with_its_volume(tmp_path: Path, movers: list[str]) -> None:
    run = a_run(tmp_path, volume_row("data"))

    assert prove_volume_canaries(run) == 1
    assert movers == ["repository", "seed source"]
    assert set(run.ledger.read(canary.DOCUMENT)) == {"local-path"}
    for side in (run.source, run.target):
        assert list(side.list(canary.CLAIMS)) == []
        kept = side.get("/api/v1/persistentvolumes/pv-canary")
        assert kept["spec"]["persistentVolumeReclaimPolicy"] == "Delete"


def test_the_targets_claim_is_adapted_as_every_claim_is(tmp_path: Path, movers: list[str]) -> None:
    run = a_run(tmp_path, volume_row("data"))
    prove_volume_canaries(run)

    (made,) = run.target.tried  # type: ignore[attr-defined]
    assert made["spec"]["storageClassName"] == "csi-disk"
    assert made["spec"]["resources"]["requests"]["storage"] == "10Gi"


def test_a_claim_that_differs_is_told(
    tmp_path: Path, movers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = TREE.replace("abc", "def")
    monkeypatch.setattr(canary, "start_both", lambda run, row, which: (TREE, other))

    with pytest.raises(ProofError, match=r"StorageClass local-path: a claim of it arrived as .*def"):
        prove_volume_canaries(a_run(tmp_path, volume_row("data")))


def test_a_claim_is_removed_when_its_way_is_broken(
    tmp_path: Path, movers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> tuple[str, str]:
        raise ConnectionError("no way")

    monkeypatch.setattr(canary, "start_both", fail)
    run = a_run(tmp_path, volume_row("data"))

    with pytest.raises(ConnectionError):
        prove_volume_canaries(run)
    assert list(run.source.list(canary.CLAIMS)) == []


def test_a_node_that_is_not_ready_is_told_before_anything_is_made(tmp_path: Path, movers: list[str]) -> None:
    silent = make("v1", "Node", "worker", status={"conditions": [{"type": "Ready", "status": "Unknown"}]})

    with pytest.raises(ProofError, match="Node worker, source cluster: is not ready, and volumes lie on it"):
        prove_volume_canaries(a_run(tmp_path, volume_row("data", node="worker"), node=silent))
    assert movers == []


def test_without_volumes_nothing_is_made(tmp_path: Path, movers: list[str]) -> None:
    assert prove_volume_canaries(a_run(tmp_path)) == 0
    assert movers == []
