"""What breaks while objects and a volume go from cluster to cluster: each ends in a clear error or none, and arrives in the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from include.adaptation import dry_run_objects
from include.cutover.workloads import RUNNING, list_workloads, release_all
from include.errors import PermanentError, ProofError, TemporaryError
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
from include.velero.names import cluster_of
from include.verification import verify_workloads, workloads
from include.volumes import copy_volumes, prove_volumes
from lab import addresses
from tests.lab.killing import kill, kill_between, processes, stopped, velero_server, wait_until

from .denying_webhook import NAME, WORDS, denying_webhook
from .small_claims import folder_of
from .velero_estate import (
    CLAIM,
    CRD_PATH,
    DENIED,
    NAMESPACE,
    NAMESPACE_PATH,
    PICKY,
    SETTINGS,
    VeleroEstate,
    attempts,
    is_established,
    restored_settings,
)

pytestmark = pytest.mark.lab

# Airflow's retries outlast twenty minutes; here a try comes soon.
RETRY_SECONDS = 3.0
MOST_TRIES = 12


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VeleroEstate]:
    made = VeleroEstate(tmp_path_factory.mktemp("ledger"))
    try:
        # First, for Velero looks every five minutes which kinds there are; one that runs already is killed by the first test.
        made.make()
        made.install()
        yield made
    finally:
        made.remove()


@pytest.fixture(scope="module")
def restored(estate: VeleroEstate) -> MigrationRun:
    """A run whose objects are all on the target, held."""
    run = backed_up(estate, "restored")
    restore(run)
    prove_restore(run)
    return run


def back_up(run: MigrationRun) -> None:
    submit_backup(run)
    wait_for_backup(run)


def restore(run: MigrationRun) -> None:
    submit_restore(run)
    wait_for_restore(run)


def backed_up(estate: VeleroEstate, run_id: str, *, without: str = "") -> MigrationRun:
    """Return a new run with a proved backup, and with an empty target."""
    estate.clear_target()
    run = estate.planned(run_id, without=without)
    back_up(run)
    prove_backup(run)
    return run


def tried(act: Callable[[], object]) -> int:
    """Do something as Airflow does it, again after each temporary error; return how many tries it took."""
    for number in range(1, MOST_TRIES + 1):
        try:
            act()
        except TemporaryError as error:
            print(f"try {number}: {error}")
            time.sleep(RETRY_SECONDS)
        else:
            return number
    raise AssertionError(f"{MOST_TRIES} tries were not enough")


def kill_velero_in(run: MigrationRun, plural: str, name: str) -> None:
    side = "source" if plural == "backups" else "target"
    path = f"/apis/velero.io/v1/namespaces/velero/{plural}/{name}"

    def is_at_work() -> bool:
        seen = cluster_of(run, side).get(path)  # type: ignore[arg-type]
        return bool((seen.get("status") or {}).get("phase") == "InProgress")

    kill_between(lambda: velero_server(side), is_at_work, f"{plural[:-1]} {name} is at work", 60)


def api_server_of_target() -> list[int]:
    address = f"--advertise-address={addresses.TARGET.master.address}"
    return processes(lambda command: "kube-apiserver" in command and address in command)


def test_a_backup_whose_velero_is_killed_is_made_again_by_the_next_try(estate: VeleroEstate) -> None:
    run = estate.planned("backup-killed")
    first = submit_backup(run)
    kill_velero_in(run, "backups", first)
    with pytest.raises(TemporaryError, match="Velero broke it off"):
        wait_for_backup(run)
    back_up(run)
    assert prove_backup(run) == len(planned_objects(run))
    assert attempts(run, "backups") == {first: "Failed", f"{first}-2": "Completed"}


def test_a_restore_whose_velero_is_killed_is_made_again_and_nothing_is_doubled(estate: VeleroEstate) -> None:
    run = backed_up(estate, "restore-killed")
    first = submit_restore(run)
    kill_velero_in(run, "restores", first)
    with pytest.raises(TemporaryError, match="Velero broke it off"):
        wait_for_restore(run)
    restore(run)
    assert prove_restore(run) == len(planned_objects(run))
    assert restored_settings(run.target) == sorted(SETTINGS)
    assert attempts(run, "restores") == {first: "Failed", f"{first}-2": "Completed"}


def test_an_object_that_a_webhook_denies_is_named_and_the_others_arrive(
    estate: VeleroEstate, tmp_path: Path
) -> None:
    run = backed_up(estate, "denied")
    run.target.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    with denying_webhook(run.target, NAMESPACE, DENIED, tmp_path):
        with pytest.raises(ProofError) as tried_first:
            dry_run_objects(run)
        restore(run)
        with pytest.raises(ProofError) as caught:
            prove_restore(run)
    for problems in (tried_first.value.problems, caught.value.problems):
        (problem,) = problems
        assert problem.startswith(f"ConfigMap {NAMESPACE}/{DENIED}, ")
        assert f'"{NAME}" denied the request: {WORDS}' in problem
        assert "ask whoever runs the webhook" in problem
    assert restored_settings(run.target) == sorted({*SETTINGS} - {DENIED})
    restore(run)
    assert prove_restore(run) == len(planned_objects(run))


def test_an_object_whose_definition_is_missing_is_named_and_arrives_once_it_is_there(
    estate: VeleroEstate,
) -> None:
    run = backed_up(estate, "definition-missing", without="customresourcedefinitions")
    with pytest.raises(ProofError, match=r"the target does not serve Rate of faults.example/v1; install"):
        dry_run_objects(run)
    restore(run)
    with pytest.raises(ProofError) as caught:
        prove_restore(run)
    (problem,) = caught.value.problems
    assert f"Rate {NAMESPACE}/standard, target cluster: was not restored: " in problem
    assert "install its CustomResourceDefinition" in problem

    definition = run.source.get(CRD_PATH)
    metadata = {"name": definition["metadata"]["name"]}
    run.target.create({
        "apiVersion": definition["apiVersion"],
        "kind": definition["kind"],
        "metadata": metadata,
        "spec": definition["spec"],
    })
    run.target.wait_for(CRD_PATH, is_established, 30, "the definition is established")
    restore(run)
    assert prove_restore(run) == len(planned_objects(run))


def test_a_bucket_that_is_away_for_a_while_costs_tries_and_nothing_else(estate: VeleroEstate) -> None:
    run = estate.planned("bucket-away")
    with stopped("obs-front"):
        submit_backup(run)
        with pytest.raises(TemporaryError):
            wait_for_backup(run)
    tried(lambda: back_up(run))
    assert prove_backup(run) == len(planned_objects(run))
    with stopped("obs-front"), pytest.raises(TemporaryError, match="the object storage answers"):
        submit_restore(run)
    tried(lambda: restore(run))
    assert prove_restore(run) == len(planned_objects(run))


def test_a_restore_outlives_the_death_of_the_targets_api_server(estate: VeleroEstate) -> None:
    run = backed_up(estate, "api-server-killed")
    name = submit_restore(run)
    wait_until(lambda: attempts(run, "restores")[name] == "InProgress", "the restore is at work", 60)
    kill(api_server_of_target())
    tried(lambda: restore(run))
    assert tried(lambda: prove_restore(run)) <= 2
    assert restored_settings(run.target) == sorted(SETTINGS)
    assert "InProgress" not in attempts(run, "restores").values()


def test_a_pod_that_finds_no_node_is_named_with_what_it_asks_for(
    restored: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workloads, "UNPLACED_SECONDS", 3.0)
    release_all(restored.target, list_workloads(restored.target, [NAMESPACE], RUNNING))
    started = time.monotonic()
    with pytest.raises(ProofError) as caught:
        verify_workloads(restored, timeout_seconds=60)
    assert time.monotonic() - started < 30
    (problem,) = caught.value.problems
    assert f"Deployment {NAMESPACE}/{PICKY}, target cluster: 0 of 1 pods are ready" in problem
    assert f"Unschedulable (pod {PICKY}-" in problem
    assert "node affinity/selector" in problem
    assert "adaptation.node_labels" in problem


def test_a_claim_that_is_full_is_named_and_the_copy_goes_on_once_it_is_larger(restored: MigrationRun) -> None:
    copy_volumes(restored)
    target = folder_of(restored.target, NAMESPACE, CLAIM)
    folder_of(restored.source, NAMESPACE, CLAIM).write("second", megabytes=8)
    with target.as_small_disk(megabytes=4):
        with pytest.raises(
            PermanentError, match=rf"PersistentVolumeClaim {NAMESPACE}/{CLAIM} is full: .*enlarge"
        ):
            copy_volumes(restored)
        target.enlarge(megabytes=64)
        assert copy_volumes(restored) == 1
        assert prove_volumes(restored) == 1


def test_a_wrong_password_of_the_repository_is_refused_at_once(
    estate: VeleroEstate, restored: MigrationRun
) -> None:
    copy_volumes(restored)
    wrong = estate.run(restored.run_id, volume_repository="not-the-password")
    started = time.monotonic()
    with pytest.raises(
        PermanentError, match=r"encrypted with another password; correct .*volumes.repository"
    ):
        copy_volumes(wrong)
    assert time.monotonic() - started < 60
    assert copy_volumes(restored) == 1
    assert not list(restored.target.list(f"{NAMESPACE_PATH}/secrets", labelSelector="cce-migration/mover"))
