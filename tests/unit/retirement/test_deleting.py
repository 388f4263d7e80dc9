"""Namespaces of the source go only when somebody chose it."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.errors import ProofError
from include.retirement import delete_source, deleting, retirement_summary
from include.retirement.choosing import note_choice
from include.run import MigrationRun
from tests.builders.objects import MemoryCluster, deployment, make
from tests.builders.runs import plan_row
from tests.builders.runs import run as lab_run


class Cluster(MemoryCluster):
    """Delete namespaces at once, but for one that somebody keeps."""

    kept = ""

    def delete(self, path: str, **_: object) -> None:
        if path.rpartition("/")[2] != self.kept:
            del self.objects[path]

    def wait_for(self, *_: object) -> None:
        """Wait for nothing."""


@pytest.fixture
def run(tmp_path: Path) -> MigrationRun:
    made = lab_run(tmp_path)
    made.ledger.write("plan", {"items": [plan_row()]})
    spaces = [make("v1", "Namespace", name) for name in ("shop", "warehouse", "other")]
    made.__dict__["source"] = Cluster("source", *spaces, deployment())
    return made


def namespaces(run: MigrationRun) -> list[str]:
    return [one["metadata"]["name"] for one in run.source.list("/api/v1/namespaces")]


def test_nothing_is_deleted_that_nobody_chose(run: MigrationRun) -> None:
    assert delete_source(run) == 0
    assert namespaces(run) == ["other", "shop", "warehouse"]
    assert "Nothing of the source is deleted" in retirement_summary(run)


def test_chosen_namespaces_go_and_a_repeat_finds_them_gone(run: MigrationRun) -> None:
    note_choice(run, ["namespaces"])

    assert (delete_source(run), delete_source(run)) == (2, 2)
    assert namespaces(run) == ["other"]
    assert "**Then it deletes for good: namespaces of the source." in retirement_summary(run)


def test_what_is_still_there_is_named(run: MigrationRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Cluster, "kept", "shop")
    note_choice(run, ["namespaces"])
    with pytest.raises(ProofError, match="namespace shop of the source: is still there") as left:
        delete_source(run)
    assert len(left.value.problems) == 1
    assert namespaces(run) == ["other", "shop"]


def test_every_kind_that_may_be_chosen_is_known() -> None:
    from include.retirement.opening import KINDS

    assert {name.removeprefix("_") for name in vars(deleting)} >= set(KINDS)
