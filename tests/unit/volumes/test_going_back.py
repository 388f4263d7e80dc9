"""Volumes are brought back by movers whose ends are exchanged, and a stranger's writes on the source are found before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from include.errors import EngineError, PermanentError, ProofError
from include.planning.model import Plan, save_plan
from include.run import MigrationRun
from include.volumes import claims, going_back
from include.volumes.copying import copied_document
from include.volumes.manifests import job_manifest
from include.volumes.movers import BACK, back_reader, back_writer
from include.volumes.output import Tree
from tests.builders.objects import MemoryCluster
from tests.builders.runs import run as lab_run
from tests.unit.volumes.test_movers import TREE, row

SUMMARY = '{"message_type": "summary", "snapshot_id": "0123", "bytes_restored": 7}'


def printed(digest: str) -> str:
    return f"{SUMMARY}\ncce-tree 3 {digest} 755 0 0"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MigrationRun:
    made = lab_run(tmp_path)
    save_plan(made.ledger, Plan(items=[row()]))
    for side in ("source", "target"):
        made.__dict__[side] = MemoryCluster(side)
    made.ledger.write(copied_document(row().key), {"stage": "final", "source_tree": tree("as-delivered")})
    monkeypatch.setattr(going_back, "write_delivered", lambda run, claim, document: None)
    return made


def tree(digest: str) -> dict[str, Any]:
    return Tree(3, digest, "755", "0:0").as_json()


@pytest.fixture
def carried(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    def carry(target: str, source: str) -> None:
        monkeypatch.setattr(
            going_back, "carry_delta", lambda run, row, which, way: (printed(target), printed(source))
        )

    monkeypatch.setattr(going_back, "remove_standby", lambda *_: None)
    return carry


def test_the_way_back_reads_on_the_target_and_writes_on_the_source(tmp_path: Path) -> None:
    run = lab_run(tmp_path)
    run.__dict__["source"], run.__dict__["target"] = MemoryCluster("source"), MemoryCluster("target")
    assert BACK.ends(run) == (run.target, run.source)
    reader, writer = (
        back_reader(run, row(), "backup", "final"),
        back_writer(run, row(), "final", "0123", TREE),
    )
    assert reader.read_only
    assert reader.image.startswith("swr.")
    assert reader.settings["CLAIM"].endswith(".back")
    assert not writer.read_only
    assert writer.volume == {"hostPath": {"path": row().details["node_path"], "type": "Directory"}}
    assert writer.settings["SNAPSHOT"] == "0123"
    assert all(len(one.name) <= 44 for one in (reader, writer))
    assert "password" not in str(job_manifest(writer)).lower()


def test_what_is_brought_back_is_proved_by_both_trees(
    run: MigrationRun, carried: Callable[[str, str], None]
) -> None:
    carried("one", "one")
    assert going_back.bring_back_volumes(run) == []
    (item,) = run.ledger.items("roll_back")
    assert (item.kind, item.action, item.bytes) == ("volume", "copied", 7)
    (proof,) = run.ledger.proofs("roll_back").values()
    assert proof.equal


def test_a_volume_that_nobody_changed_since_its_movers_stood_by_is_proved_without_a_restore(
    run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The movers that find nothing new make no snapshot, and so print no summary."""
    same, tree_line = "cce-top 755 0 0\ncce-same", "cce-tree 3 one 755 0 0"
    monkeypatch.setattr(going_back, "remove_standby", lambda *_: None)
    monkeypatch.setattr(going_back, "carry_delta", lambda *_: (f"{same}\n{tree_line}", tree_line))
    assert going_back.bring_back_volumes(run) == []
    (item,) = run.ledger.items("roll_back")
    assert (item.action, item.bytes) == ("already_equal", 0)


def test_trees_that_differ_afterwards_end_it(run: MigrationRun, carried: Callable[[str, str], None]) -> None:
    carried("one", "other")
    with pytest.raises(ProofError, match="brought back, target"):
        going_back.bring_back_volumes(run, leaves_behind=True)


def test_a_stranger_s_files_on_the_source_are_found(
    run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = ["as-delivered"]
    monkeypatch.setattr(going_back, "run_mover", lambda *_: printed(seen[0]))
    assert going_back.find_written_volumes(run) == []
    seen[0] = "another"
    assert "was written to since the target took over" in going_back.find_written_volumes(run)[0]
    # What the way back carried ahead is no stranger's.
    going_back.note_begun(run, row())
    assert going_back.find_written_volumes(run) == []
    going_back.note_ahead(run, row(), Tree(3, "another", "755", "0:0"))
    assert going_back.find_written_volumes(run) == []
    seen[0] = "a-third"
    assert len(going_back.find_written_volumes(run)) == 1


def test_a_volume_that_cannot_be_read_is_left_behind_and_never_copied_over(
    run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise EngineError("mover", "the disk is gone")

    monkeypatch.setattr(going_back, "carry_delta", fail)
    with pytest.raises(EngineError):
        going_back.bring_back_volumes(run)
    (left,) = going_back.bring_back_volumes(run, leaves_behind=True)
    assert "stays there" in left
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": row().details["claim"],
            "namespace": row().details["namespace"],
            "labels": {"velero.io/restore-name": "one"},
            "creationTimestamp": "2026-11-20T10:00:00Z",
        },
    }
    run.__dict__["target"] = MemoryCluster("target", claim)
    with pytest.raises(PermanentError, match="carry it over, remove the claim on the target"):
        claims.refuse_other_claim(run, row())
    claim["metadata"]["creationTimestamp"] = "2999-11-20T10:00:00Z"  # type: ignore[index]
    run.__dict__["target"] = MemoryCluster("target", claim)
    claims.refuse_other_claim(run, row())
