"""What people and programs have made on the target alone is found, and what the migration or the cluster made is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from include.cutover.left_objects import find_left_objects
from include.labels import OWNER, RESTORED
from tests.builders.objects import MemoryCluster, deployment
from tests.builders.runs import run as lab_run


def made(name: str, **metadata: Any) -> dict[str, Any]:
    found = deployment()
    return {**found, "metadata": {**found["metadata"], "name": name, **metadata}}


def test_only_what_was_made_on_the_target_by_others_is_found(tmp_path: Path) -> None:
    run = lab_run(tmp_path)
    controller = [{"controller": True, "kind": "Shop", "name": "one", "uid": "1", "apiVersion": "a/v1"}]
    run.__dict__["source"] = MemoryCluster("source", made("web"))
    run.__dict__["target"] = MemoryCluster(
        "target",
        made("web"),
        made("canary"),
        made("restored", labels={RESTORED: "one"}),
        made("mover", labels={OWNER: "lab"}),
        made("follows", ownerReferences=controller),
    )
    assert find_left_objects(run) == ["Deployment shop/canary"]
