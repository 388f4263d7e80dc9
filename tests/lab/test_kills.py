"""Three migrations of one estate, each killed in its own way: nothing is lost, doubled or left, and there are never two writers.

They follow one another: one that a person ends, one that goes back, one that arrives. The lab must not have migrated before.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import dns.resolver
import pytest
from huaweicloudsdkcce.v3 import ListClustersRequest

from lab import paths
from lab.clusters.api import ClusterApi
from lab.estate.audit import Audit, audit
from lab.estate.front_door import is_moved
from tests import orders

from .conftest import Outcome
from .killing import (
    airflow_program,
    is_target_database_made,
    kill,
    kill_between,
    stopped,
    uploads_to_swr,
    velero_server,
    wait_until,
)
from .leftovers import SNAPSHOTS, leftovers
from .live_runs import LiveRun
from .sides import KUBECONFIGS, source_serves
from .writers import Writers

pytestmark = pytest.mark.lab

OUTAGE_SECONDS = 5.0
ORDER_SECONDS = 5.0
FOLLOWING = "rds_dump_restore.follow_databases"


@dataclass(frozen=True)
class Ended:
    """What there was when a run had ended."""

    state: str
    outcome: Outcome
    tries: dict[str, int]
    held: dict[str, set[str]]
    pods: dict[str, set[str]]
    two_writers_at: list[str]
    front_door: str
    audit: Audit
    left: list[str]


def ended(run: LiveRun, writers: Writers) -> Ended:
    state = run.wait_for_end()
    front_door = "target" if is_moved() else "source"
    if front_door == "source":
        wait_until(source_serves, "the source serves customers", 120)
    return Ended(
        state=state,
        outcome=run.outcome,
        tries=run.tries(),
        held={side: writers.held(side) for side in KUBECONFIGS},
        pods={side: writers.pods(side) for side in KUBECONFIGS},
        two_writers_at=list(writers.both_at),
        front_door=front_door,
        audit=audit(front_door),
        left=leftovers(),
    )


@pytest.fixture(scope="module")
def ended_by_hand() -> Ended:
    """Every long task is killed at its work, the making of the target too, and a person ends the run in its cutover."""
    # the order arrives after its sender has been killed
    orders.fault("cce.create_cluster", "slow", seconds=ORDER_SECONDS)
    with LiveRun("killed") as run:
        run.kill("resource_planning.make_target", when=lambda: cluster_orders(run))
        run.wait_for_process("resource_planning.check_target")
        return killed_at_work(run)


def killed_at_work(run: LiveRun) -> Ended:
    with Writers() as writers:
        # they copy side by side: who waited for one would be late for another
        with ThreadPoolExecutor(3) as pool:
            strikes = [
                pool.submit(run.kill_in_steps, "swr_image_sync.copy_images", 0, uploads_to_swr),
                pool.submit(run.kill, "rds_dump_restore.copy_databases", 0, when=is_target_database_made),
                pool.submit(run.kill, "obs_sync.copy_buckets", 0),
            ]
        for strike in strikes:
            strike.result()
        kill_between(
            lambda: velero_server("source"),
            lambda: backup_phase(run) == "InProgress",
            "Velero makes the backup",
        )
        run.kill("velero_backup_restore.copy_volumes", 0, when=lambda: writers.movers("target"))
        run.kill("cutover.move_traffic", when=lambda: writers.held("source"))
        run.wait_for_process("cutover.move_traffic")
        wait_until(lambda: stands_still(run), "the last changes are moved")
        run.mark_failed()
        return ended(run, writers)


@pytest.fixture(scope="module")
def rolled_back(ended_by_hand: Ended) -> Ended:
    """A copy from a snapshot, the probe, the final pass and the way back are killed; the target fails after the switch."""
    with LiveRun("killed") as run, Writers() as writers:
        run.kill("velero_backup_restore.copy_volumes", 0, when=snapshots)
        run.kill("cutover.probe_front_door", when=lambda: probed(run))
        run.kill("cutover.move_traffic", when=lambda: stands_still(run))
        # right before the switch: what the target acknowledges until it feels this is brought back
        wait_until(lambda: run.document("cutover/handed-over"), "the target takes over")
        scale_web_of_target(0)
        run.kill("cutover.roll_back", when=lambda: run.document("cutover/endpoint") and not is_moved())
        return ended(run, writers)


@pytest.fixture(scope="module")
def arrived(rolled_back: Ended) -> Ended:
    """Scheduler and API server are killed in the quiesce; the target's database and object storage stop for some seconds.

    What follows a database is killed with its worker before, and dies with the scheduler, too.
    """
    with LiveRun("killed") as run, Writers() as writers:
        run.kill(FOLLOWING, victim="worker", when=lambda: followed_rows(run))
        run.kill("cutover.move_traffic", victim="scheduler", when=lambda: writers.held("source"))
        kill(airflow_program("api-server"))
        run.wait_for_process("cutover.move_traffic")
        with stopped("target-postgres", "obs-front"):
            time.sleep(OUTAGE_SECONDS)
        return ended(run, writers)


@pytest.fixture(params=["ended_by_hand", "rolled_back", "arrived"])
def any_run(request: pytest.FixtureRequest) -> Ended:
    found: Ended = request.getfixturevalue(request.param)
    return found


def snapshots() -> list[Any]:
    """Return the snapshots of volumes that the source has."""
    with ClusterApi(paths.SOURCE_KUBECONFIG) as api:
        return list(api.items(SNAPSHOTS))


def cluster_orders(run: LiveRun) -> list[Any]:
    """Return what the run has noted of its orders of clusters."""
    noted = run.outcome.documents("provisioning").values()
    return [document for document in noted if document["kind"] == "cluster"]


def backup_phase(run: LiveRun) -> str:
    """Return the phase of the run's backup on the source, or nothing while there is none."""
    name = run.document("velero/backup").get("name")
    with ClusterApi(paths.SOURCE_KUBECONFIG) as api:
        items = api.items("/apis/velero.io/v1/namespaces/velero/backups") if name else []
    phases = [item.get("status", {}).get("phase", "") for item in items if item["metadata"]["name"] == name]
    return str(phases[0]) if phases else ""


def stands_still(run: LiveRun) -> bool:
    """Say whether the run has stopped the source: its last changes are on their way."""
    return bool(run.document("cutover/quiesced-source").get("complete"))


def followed_rows(run: LiveRun) -> int:
    """Return how many rows the task that follows has applied in this try."""
    return int(run.document("following/shop-orders").get("rows") or 0)


def probed(run: LiveRun) -> bool:
    """Say whether the probe has written what it saw succeed."""
    return any(document["succeeded"] for document in run.outcome.documents("cutover/probe").values())


def scale_web_of_target(replicas: int) -> None:
    with ClusterApi(paths.TARGET_KUBECONFIG) as api:
        api.merge("/apis/apps/v1/namespaces/shop/deployments/web", {"spec": {"replicas": replicas}})


def test_a_target_that_a_killed_task_ordered_is_found_and_never_ordered_twice(ended_by_hand: Ended) -> None:
    assert ended_by_hand.tries["resource_planning.make_target"] == 2
    cce = orders.lab_service("cce")
    (cluster,) = cce.list_clusters(ListClustersRequest()).items
    (order,) = (
        document
        for document in ended_by_hand.outcome.documents("provisioning").values()
        if document["kind"] == "cluster"
    )
    assert (order["id"], order["name"]) == (cluster.metadata.uid, cluster.metadata.name)
    (item,) = (
        item for item in ended_by_hand.outcome.report["items"] if item["target"].startswith("cluster ")
    )
    assert (item["action"], item["proof"]["equal"]) == ("copied", True)


def test_a_killed_task_is_tried_again_and_goes_on(ended_by_hand: Ended) -> None:
    killed = [
        "swr_image_sync.copy_images",
        "rds_dump_restore.copy_databases",
        "obs_sync.copy_buckets",
        "velero_backup_restore.back_up_objects",
        "velero_backup_restore.copy_volumes",
        "cutover.move_traffic",
    ]
    assert {name: ended_by_hand.tries[name] for name in killed} == dict.fromkeys(killed, 2)
    phases = {phase["id"]: phase["result"] for phase in ended_by_hand.outcome.report["phases"]}
    assert phases["swr_image_sync"] == phases["adaptation"] == phases["verification"] == "succeeded"


def test_a_backup_that_a_restarted_velero_gave_up_is_made_again(ended_by_hand: Ended) -> None:
    assert ended_by_hand.outcome.documents("velero")["velero/backup.json"]["attempt"] == 2


def test_a_run_that_a_person_ends_while_the_source_stands_still_starts_it_again(ended_by_hand: Ended) -> None:
    assert ended_by_hand.front_door == "source"
    assert ended_by_hand.held["source"] == set()
    assert ended_by_hand.pods["target"] == set()
    assert ended_by_hand.state == "failed"
    assert ended_by_hand.outcome.report["result"] == "failed"


def test_a_copy_that_was_killed_at_its_snapshot_goes_on_with_what_is_there(rolled_back: Ended) -> None:
    assert rolled_back.tries["velero_backup_restore.copy_volumes"] == 2
    copied = rolled_back.outcome.documents("volumes").values()
    assert {one["claim"] for one in copied} >= {"shop/data-journal-0"}
    assert snapshots() == []


def test_a_target_that_fails_after_the_switch_gives_the_customers_back_to_the_source(
    rolled_back: Ended,
) -> None:
    assert rolled_back.front_door == "source"
    assert rolled_back.held["source"] == set()
    assert rolled_back.pods["target"] == set()
    assert rolled_back.state == "failed"
    assert rolled_back.outcome.report["result"] == "rolled_back"


def test_the_way_back_survives_its_own_death(rolled_back: Ended) -> None:
    assert rolled_back.tries["cutover.roll_back"] == 2


def test_a_run_after_a_rollback_arrives_with_every_proof_equal(arrived: Ended) -> None:
    report = arrived.outcome.report
    assert (arrived.state, report["result"], arrived.front_door) == ("success", "succeeded", "target")
    unproved = [
        (item["phase"], item["source"])
        for item in report["items"]
        if item["action"] != "excluded" and not (item["proof"] and item["proof"]["equal"])
    ]
    assert unproved == []
    assert arrived.pods["source"] == set()


def test_what_follows_a_database_goes_on_after_the_deaths_of_its_worker_and_of_the_scheduler(
    arrived: Ended,
) -> None:
    assert arrived.tries[FOLLOWING] >= 2
    following = arrived.outcome.documents("following")["following/shop-orders.json"]
    assert (following["state"], following.get("error")) == ("finished", None)


def test_the_probe_counts_no_write_lost_or_doubled(arrived: Ended) -> None:
    downtime = arrived.outcome.report["downtime"]
    assert downtime["writes_acknowledged"] > 0
    assert (downtime["writes_lost"], downtime["writes_doubled"]) == (0, 0)


def test_there_are_never_two_writers(any_run: Ended) -> None:
    assert any_run.two_writers_at == []


def test_no_write_that_the_customers_were_promised_is_lost_or_doubled(any_run: Ended) -> None:
    assert any_run.audit.acknowledged > 100
    assert any_run.audit.lost == []
    assert any_run.audit.doubled == []


def test_nothing_is_left_behind(any_run: Ended) -> None:
    assert any_run.left == []


def test_the_name_leads_where_the_report_says(arrived: Ended) -> None:
    proof = next(item["proof"] for item in arrived.outcome.report["items"] if item["kind"] == "endpoint")
    assert [record.to_text() for record in dns.resolver.resolve("shop.lab", "A")] == proof["target"]
