"""docker-compose.yaml really run: the image built, every service healthy, two workers at work, one of them killed in a rehearsal.

It starts a container engine of its own and pulls no image: docs/docker-compose.md. It needs the lab, with an estate that was
not migrated, but runs outside `lab exec`: images are built with the machine's own DNS. Part of `make release-test`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab import paths
from lab.airflow.rest import RestClient
from tests.lab.conftest import read

from .containers.base_images import make_base_images
from .containers.engine import ContainerEngine, container_engine
from .containers.small_run import run_once
from .containers.stack import WORKER, Stack
from .containers.stack_run import StackRun

pytestmark = [pytest.mark.lab, pytest.mark.timeout(5400)]
WORKERS = 2
# Long enough to be met at work.
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
def stack(engine: ContainerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    made = Stack(engine, tmp_path_factory.mktemp("checkout"))
    made.check_out()
    made.connect_to_lab()
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


def test_a_rehearsal_arrives_though_a_worker_is_killed_at_its_work(stack: Stack, airflow: RestClient) -> None:
    run = StackRun(airflow, "rehearse_migration", {"definition": "lab"})
    killed = run.wait_for_task(COPIES, "running", 900)
    stack.kill(killed["hostname"])

    assert run.wait_for_end(1800) == "success"
    (again,) = [
        one
        for one in run.instances()
        if (one["task_id"], one["map_index"]) == (killed["task_id"], killed["map_index"])
    ]
    assert again["try_number"] > killed["try_number"]
    assert again["hostname"] != killed["hostname"]

    ledger = stack.ledger("lab-rehearsal", run.run_id)
    report = read(ledger / "report.json")
    assert (report["kind"], report["result"]) == ("rehearsal", "succeeded")
    proved = [one for one in report["items"] if one["action"] != "excluded"]
    assert {one["kind"] for one in proved} >= {"image", "database", "bucket", "volume", "object", "workload"}
    assert [one["source"] for one in proved if not one["proof"]["equal"]] == []
    assert read(ledger / "rehearsal/removed.json")["left"] == []
