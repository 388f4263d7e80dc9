"""Build runs that plan against a source in memory, with nothing behind the other connections."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include import proposal
from include.assessment import measuring
from include.inventory import take_inventory
from include.planning import obstacles, planner
from include.run import MigrationRun
from tests.builders.definitions import definition
from tests.builders.objects import MemoryCluster, make
from tests.builders.runs import run as lab_run


def source(*objects: dict[str, Any]) -> MemoryCluster:
    """Return a source cluster with the namespaces of the lab's definition and these objects."""
    namespaces = [
        make("v1", "Namespace", name, metadata={"uid": f"uid-of-{name}"})
        for name in ("shop", "warehouse", "kube-system")
    ]
    return MemoryCluster("source", *namespaces, *objects)


def run_on(folder: Path, cluster: MemoryCluster) -> MigrationRun:
    """Return a run on a source whose inventory is taken; a second one of the same folder is a retry."""
    run = retry_on(folder, cluster)
    take_inventory(run)
    return run


def retry_on(folder: Path, cluster: MemoryCluster) -> MigrationRun:
    """Return the same run as another process opens it."""
    run = lab_run(folder, definition=definition(_with_target_that_exists))
    run.__dict__["source"] = cluster
    return run


def _with_target_that_exists(document: dict[str, Any]) -> None:
    document["target"]["cluster"] = "target_cluster"


def without_services(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have registries, databases and buckets answer that they hold nothing."""
    for name in ("image_rows", "database_rows", "bucket_rows", "organization_rows"):
        monkeypatch.setattr(planner, name, lambda *_: [])
    monkeypatch.setattr(planner, "note_settings", lambda _: None)
    monkeypatch.setattr(obstacles, "data_findings", lambda _: [])
    monkeypatch.setattr(measuring, "database_size", lambda *_: 5000)
    monkeypatch.setattr(measuring, "connection_limit", lambda _: 100)
    monkeypatch.setattr(proposal, "refuse_gone_data", lambda _: None)
