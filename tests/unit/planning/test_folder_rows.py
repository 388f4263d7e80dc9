"""A folder of a node gets a row of its own, and its workload the claim in place of it."""

from __future__ import annotations

from typing import Any

from include.adaptation.pipeline import adapt
from include.planning.folder_rows import folder_rows
from include.planning.object_rows import object_rows, volume_rows
from tests.builders.definitions import definition
from tests.builders.objects import claim, inventory, volume
from tests.unit.adaptation.test_rules import context
from tests.unit.inventory.findings.storage import FOLDER, chosen, mounted_on


def test_a_folder_is_read_on_its_node_and_written_into_a_claim_of_the_target() -> None:
    (row,) = folder_rows(inventory(*mounted_on("a")), definition(chosen(host_paths=[FOLDER])))

    assert row.key == "volumes/shop/web-data"
    assert (row.details["node"], row.details["node_path"]) == ("a", "/srv/web")
    assert row.details["make"] == {"storage_class": "csi-disk", "size": "10Gi"}
    assert row.bytes == 10 * 2**30


def test_a_folder_that_lies_on_two_nodes_gets_no_row() -> None:
    assert folder_rows(inventory(*mounted_on("a", "b")), definition(chosen(host_paths=[FOLDER]))) == []


def test_the_workload_mounts_the_claim() -> None:
    obj = mounted_on("a")[0]
    adapted, rules = adapt(obj, context(chosen(host_paths=[FOLDER])))

    assert "host_path_claims" in rules
    assert mounts_of(adapted) == [{"name": "data", "persistentVolumeClaim": {"claimName": "web-data"}}]
    assert mounts_of(obj) == [{"name": "data", "hostPath": {"path": "/srv/web"}}]


def test_a_folder_that_nobody_named_stays_one() -> None:
    adapted, rules = adapt(mounted_on("a")[0], context(chosen(host_paths=[{**FOLDER, "volume": "other"}])))

    assert "host_path_claims" not in rules
    assert mounts_of(adapted) == [{"name": "data", "hostPath": {"path": "/srv/web"}}]


def test_an_empty_claim_is_made_and_its_content_is_not_copied() -> None:
    choices = definition(chosen(empty=["shop/uploads"])).volumes
    kept = inventory(claim(), volume())
    (row,) = volume_rows(kept.volumes(), {}, choices)

    assert (row.action, row.details["plan"]) == ("exclude", "empty")
    assert any(row.source == "PersistentVolumeClaim shop/uploads" for row in object_rows(kept, choices))


def test_a_claim_that_is_copied_from_snapshots_says_so_and_by_which_class() -> None:
    kept = inventory(claim(), volume())
    (row,) = volume_rows(kept.volumes(), {}, None, {"shop/uploads": "fast"})

    assert (row.details["plan"], row.details["snapshot_class"]) == ("warm copy from snapshots", "fast")


def test_an_excluded_claim_is_neither_made_nor_copied() -> None:
    choices = definition(chosen(excluded=["shop/uploads"])).volumes
    kept = inventory(claim(), volume())

    assert volume_rows(kept.volumes(), {}, choices) == []
    assert {row.action for row in object_rows(kept, choices)} == {"exclude"}


def mounts_of(obj: dict[str, Any]) -> Any:
    return obj["spec"]["template"]["spec"]["volumes"]
