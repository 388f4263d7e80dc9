"""What a rehearsal throws away: what carries its name and mark, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from include.errors import PermanentError, ProofError
from include.planning.targets import target_buckets
from include.rehearsal.deriving import rehearsed
from include.rehearsal.removal import buckets, namespaces, removing, servers
from include.run import MigrationRun
from tests.builders.definitions import definition
from tests.builders.runs import run as build_run

from .test_deriving import with_instances

OURS = {"labels": {"cce-migration": "lab-rehearsal"}}


@pytest.fixture
def run(tmp_path: Path) -> MigrationRun:
    return replace(build_run(tmp_path, definition=rehearsed(definition(with_instances))), is_rehearsal=True)


class FakeTarget:
    """Hold namespaces and volumes; what is deleted is gone at once, a namespace with its volumes."""

    def __init__(self, found: dict[str, dict[str, Any]], volumes: dict[str, tuple[str, str]]) -> None:
        self.found, self.volumes = found, volumes
        self.patched: list[str] = []

    def find(self, path: str) -> dict[str, Any] | None:
        return self.found.get(path.rpartition("/")[2])

    def list(self, path: str) -> list[dict[str, Any]]:
        return [
            {"metadata": {"name": name}, "spec": {"claimRef": {"namespace": namespace}}}
            for name, (namespace, _) in self.volumes.items()
        ]

    def patch(self, path: str, patch: dict[str, Any]) -> None:
        self.patched.append(path.rpartition("/")[2])

    def delete(self, path: str) -> None:
        name = path.rpartition("/")[2]
        del self.found[name]
        self.volumes = {key: one for key, one in self.volumes.items() if one[0] != name}

    def wait_for(self, path: str, predicate: Any, seconds: float, what: str) -> None:
        assert predicate(self.find(path))


def namespace(name: str, **metadata: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, **metadata}}


def test_only_the_disposable_namespaces_and_their_disks_go(run: MigrationRun) -> None:
    found = {name: namespace(name, **OURS) for name in ("shop-rehearsal", "shop", "other")}
    target = FakeTarget(found, {"pv-1": ("shop-rehearsal", "Retain"), "pv-2": ("shop", "Delete")})

    assert namespaces.remove_namespaces(run, target) == 1  # type: ignore[arg-type]

    assert sorted(target.found) == ["other", "shop"]
    assert list(target.volumes) == ["pv-2"]
    assert target.patched == ["pv-1"]


def test_a_namespace_of_somebody_else_stays_whatever_its_name(run: MigrationRun) -> None:
    found = {
        "shop-rehearsal": namespace("shop-rehearsal", **OURS),
        "warehouse-rehearsal": namespace("warehouse-rehearsal"),
    }
    target = FakeTarget(found, {})
    with pytest.raises(PermanentError, match="namespace warehouse-rehearsal, target cluster"):
        namespaces.remove_namespaces(run, target)  # type: ignore[arg-type]
    assert sorted(target.found) == ["shop-rehearsal", "warehouse-rehearsal"]


class FakeStore:
    """Hold one bucket's keys, two versions each."""

    def __init__(self, keys: list[str]) -> None:
        self.keys, self.deleted, self.is_gone = keys, [], False  # type: ignore[var-annotated]

    def list_objects_v2(self, **asked: Any) -> dict[str, Any]:
        prefix = str(asked.get("Prefix", ""))
        return {"Contents": [{"Key": key} for key in self.keys if key.startswith(prefix)]}

    def get_paginator(self, name: str) -> Any:
        rows = [{"Key": key, "VersionId": version} for key in self.keys for version in ("1", "2")]
        pages = {"list_object_versions": [{"Versions": rows}], "list_multipart_uploads": [{}]}[name]
        return SimpleNamespace(paginate=lambda **asked: pages)

    def delete_objects(self, **asked: Any) -> None:
        self.deleted += [row["Key"] for row in asked["Delete"]["Objects"]]

    def delete_bucket(self, **asked: Any) -> None:
        self.is_gone = True


def remove(run: MigrationRun, store: FakeStore, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(buckets, "open_storage", lambda access: store)
    (scratch, *_) = target_buckets(run)
    return buckets._remove(run, scratch)


def test_a_scratch_bucket_goes_with_every_version_and_its_mark_last(
    run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FakeStore([".cce-migration-lab-rehearsal.json", "a", "b"])
    assert remove(run, store, monkeypatch) == 1
    assert store.deleted == ["a", "a", "b", "b", *[".cce-migration-lab-rehearsal.json"] * 2]
    assert store.is_gone


@pytest.mark.parametrize("keys", [["a"], ["a", ".cce-migration-lab.json"]])
def test_a_bucket_without_the_rehearsal_s_mark_stays(
    keys: list[str], run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FakeStore(keys)
    with pytest.raises(PermanentError, match="bucket product-pictures-rehearsal"):
        remove(run, store, monkeypatch)
    assert (store.deleted, store.is_gone) == ([], False)


def test_a_bucket_that_was_made_and_not_marked_yet_goes(
    run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FakeStore([])
    assert remove(run, store, monkeypatch) == 1
    assert store.is_gone


@pytest.mark.parametrize(("owner", "is_deleted"), [("lab-rehearsal", True), ("lab", False), ("", False)])
def test_an_instance_goes_by_its_tag(owner: str, is_deleted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    tags = [SimpleNamespace(key="cce-migration", value=owner)] if owner else []
    there = [SimpleNamespace(id="i", status="ACTIVE", tags=tags)]
    calls: list[str] = []

    def call(service: str, operation: str, **more: Any) -> None:
        calls.append(operation)
        there.clear()

    monkeypatch.setattr(servers, "find_instance", lambda cloud, name: there[0] if there else None)
    cloud: Any = SimpleNamespace(call=call)
    if is_deleted:
        assert servers._delete(cloud, "orders-rehearsal", "lab-rehearsal") == 1
    else:
        with pytest.raises(PermanentError, match="but not its tag"):
            servers._delete(cloud, "orders-rehearsal", "lab-rehearsal")
    assert calls == (["delete_instance"] if is_deleted else [])


def test_one_part_that_fails_keeps_no_other_from_being_removed(
    run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def fail() -> int:
        raise PermanentError("the bucket stays")

    def remove_rest() -> int:
        done.append("rest")
        return 2

    monkeypatch.setattr(removing, "_parts", lambda run: {"buckets": fail, "rest": remove_rest})
    monkeypatch.setattr(removing, "find_left", lambda run: ["bucket a-rehearsal"])
    with pytest.raises(ProofError) as refusal:
        removing.remove_rehearsal(run)

    assert done == ["rest"]
    assert "the bucket stays" in str(refusal.value)
    assert "bucket a-rehearsal: is left" in str(refusal.value)
    assert run.ledger.read("rehearsal/removed")["left"] == ["bucket a-rehearsal"]
