"""Each planned object that is not on the target is told once, with why and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.errors import ProofError
from include.inventory.store import save_inventory
from include.planning.model import Plan, save_plan
from include.planning.object_rows import object_rows
from include.run import MigrationRun
from include.velero import prove_restore, restore_proof
from include.velero.attempts import is_disproved
from tests.builders.objects import MemoryCluster, inventory, make
from tests.builders.runs import run as lab_run

API = "/apis/velero.io/v1/namespaces/velero/restores"
DENIED = 'error restoring configmaps/shop/denied: admission webhook "deny.example" denied the request: no'


class Bucket:
    """Hold what Velero stored of a restore."""

    prefix = "lab"

    def __init__(self, documents: dict[str, Any]) -> None:
        self.documents = documents

    def sizes(self, folder: str) -> dict[str, int]:
        return dict.fromkeys((f"lab/{key}" for key in self.documents), 1)

    def read_json(self, key: str) -> Any:
        return self.documents[key]


def proved_run(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *there: dict[str, Any],
    errors: tuple[str, ...] = (),
    phase: str = "Completed",
) -> MigrationRun:
    run = lab_run(folder)
    kept = inventory(make("v1", "ConfigMap", "kept"), make("v1", "ConfigMap", "denied"), namespaces=["shop"])
    save_inventory(run.ledger, kept)
    save_plan(run.ledger, Plan(items=object_rows(kept)))
    target = MemoryCluster("target", *there)
    target.objects[f"{API}/{run.short_id}"] = {
        "apiVersion": "velero.io/v1",
        "kind": "Backup",
        "metadata": {"name": run.short_id, "namespace": "velero"},
        "status": {"phase": phase},
    }
    run.__dict__["target"] = target
    results = {"errors": {"namespaces": {"shop": list(errors)}}}
    stored = {f"restores/{run.short_id}/restore-{run.short_id}-results.gz": results} if errors else {}
    monkeypatch.setattr(restore_proof, "backup_bucket", lambda run: Bucket(stored))
    return run


KEPT, DENIED_OBJECT = make("v1", "ConfigMap", "kept"), make("v1", "ConfigMap", "denied")


def test_everything_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = proved_run(tmp_path, monkeypatch, KEPT, DENIED_OBJECT)
    assert prove_restore(run) == 2
    assert all(proof.equal for proof in run.ledger.proofs("velero_backup_restore").values())


def test_a_refused_object_is_told_once_even_if_a_former_one_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = proved_run(tmp_path, monkeypatch, KEPT, DENIED_OBJECT, errors=(DENIED,), phase="PartiallyFailed")
    with pytest.raises(ProofError) as caught:
        prove_restore(run)
    (problem,) = caught.value.problems
    assert problem == (
        'ConfigMap shop/denied, target cluster: was not restored: admission webhook "deny.example" denied the request: no; '
        "ask whoever runs the webhook, or except the namespace from it"
    )
    assert is_disproved(run, "restore", run.short_id)


def test_a_missing_object_of_which_velero_says_nothing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ProofError, match=r"ConfigMap shop/denied, target cluster: .*says nothing of it"):
        prove_restore(proved_run(tmp_path, monkeypatch, KEPT))


def test_a_kind_that_the_target_does_not_serve_is_told_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = proved_run(tmp_path, monkeypatch)
    run.target.unknown_kinds.add("ConfigMap")  # type: ignore[attr-defined]
    with pytest.raises(ProofError, match=r"install its CustomResourceDefinition there") as caught:
        prove_restore(run)
    assert len(caught.value.problems) == 2


def test_an_error_about_something_else_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    errors = ("error restoring pods/shop/other: no", "something else")
    run = proved_run(tmp_path, monkeypatch, KEPT, DENIED_OBJECT, errors=errors, phase="PartiallyFailed")
    with pytest.raises(ProofError) as caught:
        prove_restore(run)
    first, second = caught.value.problems
    assert first == "shop: something else"
    assert second.startswith("pods/shop/other: no; ")
