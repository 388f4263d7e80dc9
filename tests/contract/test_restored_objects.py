"""A real API server takes and refuses what the restore does to objects of a former one; the lab's source stands for a target."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from include.adaptation.dry_run import Judge
from include.adaptation.replacing import remove_unchangeable
from include.clusters import Cluster
from include.connections import ClusterAccess
from include.errors import ObjectInvalidError
from include.inventory.store import save_inventory
from include.labels import RESTORED
from include.planning.model import Plan, save_plan
from include.planning.object_rows import object_rows
from include.velero.backups import planned_objects
from include.velero.owners import link_owners
from lab import paths
from tests.builders.objects import inventory, make, workload
from tests.builders.runs import run as lab_run

pytestmark = pytest.mark.lab

NAMESPACE = "restored-objects"
OURS = {"labels": {RESTORED: "lab-1"}, "namespace": NAMESPACE}
SECONDS = 30

Manifest = dict[str, Any]


@pytest.fixture(scope="module")
def target() -> Iterator[Cluster]:
    if not paths.SOURCE_KUBECONFIG.exists():
        pytest.skip("needs a cluster of the lab: make lab-up")
    cluster = Cluster(ClusterAccess("target", paths.SOURCE_KUBECONFIG.read_text(encoding="utf-8")))
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    yield cluster
    cluster.delete(f"/api/v1/namespaces/{NAMESPACE}")


def stateful(service: str) -> Manifest:
    found = workload("StatefulSet", "db", dict(OURS), replicas=0)
    found["spec"] |= {"serviceName": service, "selector": {"matchLabels": {"app": "db"}}}
    return found


def job(argument: str) -> Manifest:
    container = {"name": "one", "image": "busybox", "args": [argument]}
    spec = {"suspend": True, "template": {"spec": {"restartPolicy": "Never", "containers": [container]}}}
    return make("batch/v1", "Job", "once", metadata=dict(OURS), spec=spec)


def settings(value: str) -> Manifest:
    return make("v1", "ConfigMap", "closed", metadata=dict(OURS), data={"a": value}, immutable=True)


def binding(role: str) -> Manifest:
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role}
    return make(
        "rbac.authorization.k8s.io/v1", "RoleBinding", "people", metadata=dict(OURS), roleRef=reference
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(stateful("one"), stateful("two"), id="StatefulSet"),
        pytest.param(job("one"), job("two"), id="Job"),
        pytest.param(settings("one"), settings("two"), id="closed ConfigMap"),
        pytest.param(binding("view"), binding("edit"), id="RoleBinding"),
    ],
)
def test_what_cannot_be_changed_is_accepted_by_the_dry_run_and_made_anew(
    target: Cluster, before: Manifest, after: Manifest
) -> None:
    target.create(before)
    with pytest.raises(ObjectInvalidError):
        target.apply(after, dry_run=True)

    assert Judge(target, []).judge(after).refusal is None
    assert remove_unchangeable(target, [after]) == 1
    target.create(after)
    assert remove_unchangeable(target, [after]) == 0


def test_an_object_follows_the_owner_that_it_got_back(tmp_path: Path, target: Cluster) -> None:
    owner = make("v1", "ConfigMap", "owner", namespace=NAMESPACE, metadata={"uid": "source-1"})
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": "source-1"}
    owned = make("v1", "ConfigMap", "owned", namespace=NAMESPACE, metadata={"ownerReferences": [reference]})
    run = lab_run(tmp_path)
    kept = inventory(owner, owned, namespaces=[NAMESPACE])
    save_inventory(run.ledger, kept)
    save_plan(run.ledger, Plan(items=object_rows(kept)))
    run.__dict__["target"] = target
    for name in ("owner", "owned"):
        target.create(make("v1", "ConfigMap", name, metadata=dict(OURS)))
    served = {row.name: row for row in target.discover()}
    path = f"/api/v1/namespaces/{NAMESPACE}/configmaps"

    assert link_owners(run, planned_objects(run), served) == 1
    assert link_owners(run, planned_objects(run), served) == 0
    # A wrong uid would have it collected as an orphan.
    time.sleep(2)
    assert target.exists(f"{path}/owned")
    target.delete(f"{path}/owner")
    target.wait_for(f"{path}/owned", lambda seen: seen is None, SECONDS, "what was owned follows its owner")
