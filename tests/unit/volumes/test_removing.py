"""Movers whose task was killed are found by their labels and removed; nothing else is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from include.volumes import remove_movers
from include.volumes.removing import remove_movers_of_other_runs
from tests.builders.objects import MemoryCluster, make
from tests.builders.runs import run as lab_run

LABELS = {"cce-migration": "lab", "cce-migration/mover": "one"}


class Ending(MemoryCluster):
    """Have everything gone as soon as it is removed."""

    def delete(self, path: str, **_: Any) -> bool:
        return self.objects.pop(path, None) is not None

    def wait_for(self, path: str, *_: Any) -> None:
        assert path not in self.objects


def mover(name: str, namespace: str, **labels: str) -> list[dict[str, Any]]:
    metadata = {"labels": {**LABELS, **labels}}
    return [
        make("batch/v1", "Job", name, namespace, metadata=metadata),
        make("v1", "Secret", name, namespace, metadata=metadata),
    ]


def test_all_movers_of_the_migration_go_and_nothing_else(tmp_path: Path) -> None:
    own = make("v1", "Secret", "database", "shop")
    other = mover("of-another-migration", "velero", **{"cce-migration": "other"})
    cluster = Ending("source", *mover("one", "velero"), *mover("two", "shop"), *other, own)
    assert remove_movers(lab_run(tmp_path), cluster) == 4
    assert sorted(obj["metadata"]["name"] for obj in cluster.objects.values()) == [
        "database",
        "of-another-migration",
        "of-another-migration",
    ]


def test_a_run_that_copies_removes_what_earlier_runs_left_and_keeps_its_own(tmp_path: Path) -> None:
    run = lab_run(tmp_path)
    own = f"cce-backup-{run.short_id}-1"
    for side in ("source", "target"):
        run.__dict__[side] = Ending(side, *mover("cce-backup-lab-0-1", "shop"), *mover(own, "shop"))
    remove_movers_of_other_runs(run)
    for side in (run.source, run.target):
        assert {obj["metadata"]["name"] for obj in side.objects.values()} == {own}
