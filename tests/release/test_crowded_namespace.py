"""A namespace whose quota, limits, autoscaler and budget leave hardly any room arrives by the same steps as any other."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial

import pytest

from include.adaptation import adapt_objects, dry_run_objects
from include.clusters import Cluster
from include.cutover.workloads import RUNNING, hold_all, list_workloads, living_pods, release_all
from include.inventory.finding_rules import find_all
from include.inventory.store import load_inventory
from include.run import MigrationRun
from include.velero import (
    prove_backup,
    prove_restore,
    submit_backup,
    submit_restore,
    wait_for_backup,
    wait_for_restore,
)
from include.velero.backups import planned_objects
from include.verification import verify_objects, verify_workloads
from include.volumes import copy_volumes, prove_volumes
from tests.lab.killing import wait_until

from .crowded_estate import APP_PATH, CLAIMS, CROWDED, PODS, QUOTA_PATH, SCALER_PATH, CrowdedEstate

pytestmark = pytest.mark.lab

# An autoscaler looks every fifteen seconds.
ROUNDS_SECONDS = 35.0


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CrowdedEstate]:
    made = CrowdedEstate(tmp_path_factory.mktemp("ledger"))
    try:
        made.make()
        made.install()
        yield made
    finally:
        made.remove()


@pytest.fixture(scope="module")
def restored(estate: CrowdedEstate) -> MigrationRun:
    """A run whose objects are all on the target, held."""
    estate.clear_target()
    run = estate.planned("crowded")
    adapt_objects(run)
    dry_run_objects(run)
    submit_backup(run)
    wait_for_backup(run)
    prove_backup(run)
    submit_restore(run)
    wait_for_restore(run)
    assert prove_restore(run) == len(planned_objects(run))
    return run


def test_nothing_of_it_is_called_a_blocker(restored: MigrationRun) -> None:
    findings = find_all(load_inventory(restored.ledger), restored.definition)
    assert [one for one in findings if one.severity == "blocker"] == []
    assert restored.source.get(QUOTA_PATH)["status"]["used"]["pods"] == str(PODS)


def test_an_autoscaler_leaves_a_held_workload_alone(restored: MigrationRun) -> None:
    def is_switched_off() -> bool:
        conditions = (restored.target.get(SCALER_PATH).get("status") or {}).get("conditions") or []
        return ("ScalingActive", "ScalingDisabled") in [(row["type"], row["reason"]) for row in conditions]

    wait_until(is_switched_off, "the autoscaler has looked at the held Deployment", ROUNDS_SECONDS)
    assert restored.target.get(APP_PATH)["spec"]["replicas"] == 0
    assert living_pods(restored.target, [CROWDED]) == []


def test_movers_take_turns_where_the_quota_has_room_for_one(restored: MigrationRun) -> None:
    assert copy_volumes(restored) == len(CLAIMS)
    assert prove_volumes(restored) == len(CLAIMS)


def test_everything_runs_within_its_quota_once_it_is_released(restored: MigrationRun) -> None:
    release_all(restored.target, list_workloads(restored.target, [CROWDED], RUNNING))
    assert verify_workloads(restored, timeout_seconds=120) == 1
    verify_objects(restored)
    assert restored.target.get(QUOTA_PATH)["status"]["used"]["pods"] == str(PODS)


def is_empty(cluster: Cluster) -> bool:
    return not living_pods(cluster, [CROWDED])


def test_a_budget_and_an_autoscaler_do_not_keep_the_source_from_being_held(restored: MigrationRun) -> None:
    source, target = restored.source, restored.target
    # The cutover holds the target first: nothing runs beside the movers that write.
    for cluster in (target, source):
        hold_all(cluster, list_workloads(cluster, [CROWDED], RUNNING))
        wait_until(partial(is_empty, cluster), f"the pods of the {cluster.name} cluster have ended", 60)
    time.sleep(ROUNDS_SECONDS)
    assert is_empty(source)
    assert copy_volumes(restored) == len(CLAIMS)
    release_all(source, list_workloads(source, [CROWDED], RUNNING))
    wait_until(lambda: len(living_pods(source, [CROWDED])) == PODS, "the source runs as before", 60)
