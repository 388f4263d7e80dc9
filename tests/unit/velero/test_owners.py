from __future__ import annotations

from pathlib import Path
from typing import Any

from include.adaptation.merge_patch import apply_merge_patch
from include.inventory.store import save_inventory
from include.labels import RESTORED
from include.planning.model import Plan, save_plan
from include.planning.object_rows import object_rows
from include.run import MigrationRun
from include.velero.backups import planned_objects
from include.velero.owners import link_owners
from tests.builders.objects import MemoryCluster, inventory, make
from tests.builders.runs import run as lab_run

SETTINGS = "/api/v1/namespaces/shop/configmaps/settings"


class Patching(MemoryCluster):
    """Take merge patches as the API does."""

    def patch(self, path: str, patch: dict[str, Any], **parameters: Any) -> dict[str, Any]:
        self.tried.append(patch)
        self.objects[path] = apply_merge_patch(self.objects[path], patch)
        return self.objects[path]


def reference(name: str, uid: str) -> dict[str, Any]:
    return {"apiVersion": "shop.lab/v1", "kind": "Campaign", "name": name, "uid": uid, "controller": True}


def restored(obj: dict[str, Any], uid: str, **metadata: Any) -> dict[str, Any]:
    kept = {name: value for name, value in obj["metadata"].items() if name != "ownerReferences"}
    return {**obj, "metadata": {**kept, "uid": uid, "labels": {RESTORED: "r"}, **metadata}}


CAMPAIGN = make("shop.lab/v1", "Campaign", "spring", metadata={"uid": "source-1"})
OWNED = make(
    "v1",
    "ConfigMap",
    "settings",
    metadata={
        "uid": "source-2",
        "ownerReferences": [reference("spring", "source-1"), reference("gone", "source-9")],
    },
)


def a_run(folder: Path, *live: dict[str, Any]) -> MigrationRun:
    run = lab_run(folder)
    kept = inventory(CAMPAIGN, OWNED)
    save_inventory(run.ledger, kept)
    save_plan(run.ledger, Plan(items=object_rows(kept)))
    run.__dict__["target"] = Patching("target", *live)
    return run


def linked(run: MigrationRun) -> int:
    return link_owners(run, planned_objects(run), {row.name: row for row in run.target.discover()})


def test_an_object_gets_its_owner_back_under_the_targets_uid(tmp_path: Path) -> None:
    run = a_run(tmp_path, restored(CAMPAIGN, "target-1"), restored(OWNED, "target-2"))

    assert linked(run) == 1
    assert run.target.get(SETTINGS)["metadata"]["ownerReferences"] == [reference("spring", "target-1")]
    (name,) = run.ledger.list("velero/owners")
    assert run.ledger.read(name) == {
        "object": "ConfigMap shop/settings",
        "owners": ["Campaign spring"],
        "left_out": [{"owner": "Campaign gone", "reason": "its owner is not migrated"}],
    }


def test_a_second_time_nothing_is_written(tmp_path: Path) -> None:
    run = a_run(tmp_path, restored(CAMPAIGN, "target-1"), restored(OWNED, "target-2"))
    linked(run)
    written = len(run.target.tried)  # type: ignore[attr-defined]

    assert linked(run) == 0
    assert len(run.target.tried) == written  # type: ignore[attr-defined]


def test_what_the_targets_operator_wrote_stays(tmp_path: Path) -> None:
    adopted = restored(OWNED, "target-2", ownerReferences=[reference("spring", "target-1")])
    run = a_run(tmp_path, restored(CAMPAIGN, "target-1"), adopted)

    assert linked(run) == 0


def test_an_object_that_no_restore_has_made_is_left_alone(tmp_path: Path) -> None:
    strange = restored(OWNED, "target-2", labels={})

    assert linked(a_run(tmp_path, restored(CAMPAIGN, "target-1"), strange)) == 0


def test_an_owner_that_did_not_arrive_is_told(tmp_path: Path) -> None:
    run = a_run(tmp_path, restored(OWNED, "target-2"))

    assert linked(run) == 0
    (name,) = run.ledger.list("velero/owners")
    assert {"owner": "Campaign spring", "reason": "its owner is not on the target"} in run.ledger.read(name)[
        "left_out"
    ]
