"""docker-compose.yaml really run: the image built, every service healthy, two workers at work, one of them killed in a rehearsal.

It starts a container engine of its own and pulls no image: docs/docker-compose.md. It needs the lab, with an estate that was
not migrated, but runs outside `lab exec`: images are built with the machine's own DNS. Part of `make release-test`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lab import addresses, paths
from lab.airflow.rest import RestClient, RestError
from tests.lab.conftest import read

from .containers.base_images import make_base_images
from .containers.engine import ContainerEngine, container_engine
from .containers.small_run import run_once
from .containers.stack import WORKER, Stack
from .containers.stack_run import Instance, StackRun
from .containers.statsd import StatsdServer, statsd_server

pytestmark = [pytest.mark.lab, pytest.mark.timeout(5400)]
WORKERS = 2
ROLES = paths.ROOT / "docs/fab-roles.json"
UNFIT, FORBIDDEN, UNKNOWN = 400, 403, 404
COPYING_PHASES = ("swr_image_sync", "rds_dump_restore", "obs_sync", "velero_backup_restore")
COPIES = frozenset({
    "swr_image_sync.copy_images",
    "rds_dump_restore.copy_databases",
    "obs_sync.copy_buckets",
    "velero_backup_restore.copy_volumes",
})
ENGINES = (
    ("velero", "version", "--client-only"),
    ("pg_dump", "--version"),
    ("pg_restore", "--version"),
    ("mariadb", "--version"),
    ("mariadb-dump", "--version"),
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ContainerEngine]:
    with container_engine(tmp_path_factory.mktemp("engine")) as started:
        make_base_images(started)
        yield started


@pytest.fixture(scope="module")
def statsd() -> Iterator[StatsdServer]:
    with statsd_server() as server:
        yield server


@pytest.fixture(scope="module")
def stack(
    engine: ContainerEngine, statsd: StatsdServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    made = Stack(engine, tmp_path_factory.mktemp("checkout"))
    made.check_out()
    made.connect_to_lab(statsd.port)
    made.down()
    made.build()
    try:
        made.up(WORKERS)
        yield made
    finally:
        made.down()


@pytest.fixture(scope="module")
def airflow(stack: Stack) -> Iterator[RestClient]:
    with RestClient(login=stack.login()) as client:
        yield client


@pytest.fixture(scope="module")
def people(stack: Stack) -> Iterator[dict[str, RestClient]]:
    """A user of each role of docs/security.md, by its name."""
    stack.airflow("roles", "import", "/dev/stdin", given=ROLES.read_text())
    roles = ("Viewer", "migration-operator", "migration-approver")
    with ExitStack() as clients:
        yield {
            role: clients.enter_context(RestClient(login=stack.add_user(role.lower(), role)))
            for role in roles
        }


@dataclass(frozen=True)
class Rehearsal:
    """A rehearsal that has ended, and the task whose worker was killed: then, and at its last try."""

    state: str
    killed: Instance
    again: Instance
    ledger: Path


@pytest.fixture(scope="module")
def rehearsal(stack: Stack, airflow: RestClient) -> Rehearsal:
    run = StackRun(airflow, "rehearse_migration", {"definition": "lab"})
    killed = run.wait_for_task(COPIES, "running", 900)
    stack.kill(killed["hostname"])
    state = run.wait_for_end(1800)
    (again,) = [
        one
        for one in run.instances()
        if one["task_id"] == killed["task_id"] and one["map_index"] == killed["map_index"]
    ]
    return Rehearsal(state, killed, again, stack.ledger("lab-rehearsal", run.run_id))


def test_every_service_is_healthy(stack: Stack) -> None:
    found = {one["Service"]: one["Health"] for one in stack.containers()}
    assert found.pop("airflow-init") == ""
    assert set(found.values()) == {"healthy"}
    assert len(stack.containers(WORKER)) == WORKERS


def test_the_first_user_logs_in_and_every_dag_is_read(airflow: RestClient) -> None:
    assert airflow.pages("/importErrors", "import_errors") == []
    known = {one["dag_id"] for one in airflow.pages("/dags", "dags")}
    assert known == {path.stem for path in (paths.ROOT / "dags").glob("*.py")}


@pytest.mark.parametrize("command", ENGINES, ids=[words[0] for words in ENGINES])
def test_every_engine_runs_in_the_image(command: tuple[str, ...], stack: Stack) -> None:
    assert stack.compose("exec", "-T", WORKER, *command)


@pytest.mark.parametrize(
    ("role", "triggering", "answering"),
    [
        ("Viewer", FORBIDDEN, FORBIDDEN),
        ("migration-operator", UNFIT, FORBIDDEN),
        ("migration-approver", FORBIDDEN, UNKNOWN),
    ],
)
def test_each_role_may_do_its_part_and_no_other(
    role: str, triggering: int, answering: int, people: dict[str, RestClient]
) -> None:
    client, dag = people[role], "/dags/migrate_to_cce"
    assert client.get(dag)["dag_id"] == "migrate_to_cce"
    # who may is told what is wrong with the request
    with pytest.raises(RestError) as refusal:
        client.post(f"{dag}/dagRuns", {"logical_date": None, "conf": {"definition": "nowhere"}})
    assert refusal.value.status == triggering
    question = f"{dag}/dagRuns/none/taskInstances/cutover.approve_cutover/-1/hitlDetails"
    with pytest.raises(RestError) as refusal:
        client.patch(question, {"chosen_options": ["Approve"], "params_input": {}})
    assert refusal.value.status == answering


def test_a_killed_worker_is_replaced_by_the_other_and_its_log_is_still_shown(
    stack: Stack, airflow: RestClient
) -> None:
    before = run_once(airflow)
    assert before.state == "success"
    stack.kill(before.hostname)
    assert [one["ExitCode"] for one in stack.containers(WORKER) if one["State"] == "exited"] == [137]

    after = run_once(airflow)
    assert after.state == "success"
    assert after.hostname != before.hostname
    assert "find_due_rehearsals" in before.log()

    stack.up(WORKERS)
    assert [one["Health"] for one in stack.containers(WORKER)] == ["healthy"] * WORKERS


def test_a_rehearsal_arrives_though_a_worker_is_killed_at_its_work(rehearsal: Rehearsal) -> None:
    killed, again = rehearsal.killed, rehearsal.again
    assert rehearsal.state == "success"
    assert again["try_number"] > killed["try_number"]
    assert again["hostname"] != killed["hostname"]

    report = read(rehearsal.ledger / "report.json")
    assert (report["kind"], report["result"]) == ("rehearsal", "succeeded")
    proved = [one for one in report["items"] if one["action"] != "excluded"]
    assert {one["kind"] for one in proved} >= {"image", "database", "bucket", "volume", "object", "workload"}
    assert [one["source"] for one in proved if not one["proof"]["equal"]] == []
    assert read(rehearsal.ledger / "rehearsal/removed.json")["left"] == []


def test_what_each_phase_did_is_sent_to_statsd(rehearsal: Rehearsal, statsd: StatsdServer) -> None:
    assert rehearsal.state == "success"
    measures = statsd.measures()
    assert measures.keys() >= {"items", "bytes", "seconds", "proofs"}
    tags = {f"migration=lab-rehearsal,phase={phase}" for phase in COPYING_PHASES}
    assert measures["bytes"] >= tags
    assert measures["proofs"] >= {f"{one},outcome=equal" for one in tags}


def test_what_databases_and_buckets_were_copied_into_is_sent_to_openlineage(
    rehearsal: Rehearsal, stack: Stack
) -> None:
    assert rehearsal.state == "success"
    moves = {
        (_dataset(source), target["name"])
        for event in stack.lineage()
        if event["eventType"] == "COMPLETE"
        for source, target in zip(event["inputs"], event["outputs"], strict=True)
    }
    assert {source for source, _ in moves} == {
        (f"postgres://{addresses.SOURCE_POSTGRES_HOST}:{addresses.POSTGRES_PORT}", "shop"),
        (f"mysql://{addresses.SOURCE_MARIADB_HOST}:{addresses.MARIADB_PORT}", "stock"),
        (f"s3://{addresses.SOURCE_S3_HOST}", "product-pictures"),
    }
    assert {target for _, target in moves} >= {"product-pictures-rehearsal"}


def _dataset(document: dict[str, Any]) -> tuple[str, str]:
    return document["namespace"], document["name"]
