from __future__ import annotations

import pytest

from include.velero.results import object_id, restored_actions, result_lines, stored_objects
from include.velero.states import progress_of, state_of
from include.velero.syncing import synced_backup


def test_errors_of_all_scopes_are_told_at_once() -> None:
    results = {"errors": {"velero": ["no plugin"], "cluster": ["crd"], "namespaces": {"shop": ["a", "b"]}}}
    lines = result_lines(results, "errors")
    assert lines == ["Velero: no plugin", "cluster-scoped: crd", "shop: a", "shop: b"]
    assert result_lines(results, "warnings") == []


def test_a_restores_list_tells_what_was_done_with_each_object() -> None:
    listed = {
        "apps/v1/Deployment": ["shop/web(created)", "shop/api(skipped)"],
        "v1/Namespace": ["shop(created)"],
    }
    assert restored_actions(listed) == {
        ("apps", "Deployment", "shop/web"): "created",
        ("apps", "Deployment", "shop/api"): "skipped",
        ("", "Namespace", "shop"): "created",
    }


def details(resource: str, kind: str, name: str, namespace: str | None = "shop") -> dict[str, str | None]:
    return {"resource": resource, "kind": kind, "namespace": namespace, "name": name}


def test_a_backups_list_is_compared_by_group_kind_and_name() -> None:
    stored = stored_objects({
        "apps/v1/Deployment": ["shop/web"],
        "v1/Namespace": ["shop"],
        "v1/Service": ["shop/web"],
    })
    assert object_id(details("deployments.apps", "Deployment", "web")) in stored
    assert object_id(details("namespaces", "Namespace", "shop", None)) in stored
    assert object_id(details("services", "Service", "web")) in stored
    assert object_id(details("services.serving.knative.dev", "Service", "web")) not in stored


@pytest.mark.parametrize(
    ("phase", "state"),
    [
        ("Completed", "done"),
        ("PartiallyFailed", "failed"),
        ("InProgress", "waiting"),
        ("SomethingNew", "waiting"),
    ],
)
def test_every_phase_has_a_meaning(phase: str, state: str) -> None:
    assert state_of(phase) == state


def test_progress_is_told_in_objects() -> None:
    assert progress_of({"status": {"progress": {"itemsBackedUp": 3, "totalItems": 9}}}) == "3 of 9 objects"


def test_a_synced_backup_is_a_record_without_hooks() -> None:
    stored = {
        "apiVersion": "velero.io/v1",
        "kind": "Backup",
        "metadata": {"name": "b", "uid": "1", "resourceVersion": "7", "labels": {"cce-migration": "lab"}},
        "spec": {"hooks": {"resources": []}, "storageLocation": "there", "ttl": "1h"},
        "status": {"phase": "Completed"},
    }
    synced = synced_backup(stored, "here")
    assert synced["spec"] == {"storageLocation": "here", "ttl": "1h"}
    assert set(synced["metadata"]) == {"name", "namespace", "labels", "annotations"}
    assert synced["status"] == {"phase": "Completed"}
