"""The graph of each DAG against its golden text: a change of the order of a migration is never an accident.

`python -m tests.dags.test_graph` writes the golden texts anew.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import DAG

from .test_import import DAGS

GOLDEN = Path(__file__).parent / "golden"
BEHIND_ALL = {"watcher", "write_report", "clear_up", "throw_away"}
PHASES = [
    "resource_planning",
    "swr_image_sync",
    "rds_dump_restore",
    "obs_sync",
    "velero_install",
    "adaptation",
    "velero_backup_restore",
    "verification",
    "cutover",
    "source_retirement",
]


def graph_text(dag: DAG) -> str:
    """A line a task: its id, its trigger rule unless it is the usual one, and what follows it."""
    lines = []
    for task in dag.topological_sort():
        rule = "" if task.trigger_rule == "all_success" else f" [{task.trigger_rule}]"
        kind = " (setup)" if task.is_setup else " (teardown)" if task.is_teardown else ""
        following = sorted(task.downstream_task_ids - BEHIND_ALL)
        lines.append(f"{task.task_id}{kind}{rule} -> {', '.join(following) or '-'}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", DAGS)
def test_the_graph_is_the_golden_one(name: str, bag: DagBag) -> None:
    assert graph_text(bag.dags[name]) == (GOLDEN / f"{name}.txt").read_text()


def test_the_ten_phases_are_task_groups(migrate: DAG) -> None:
    assert [name for name in migrate.task_group.children if "." not in name][:10] == PHASES


def test_a_failure_anywhere_reaches_the_watcher(migrate: DAG) -> None:
    watcher = migrate.get_task("watcher")
    watched = watcher.upstream_task_ids | {
        task.task_id for task in migrate.tasks if task.is_setup and task.downstream_task_ids
    }
    assert watched == {task.task_id for task in migrate.tasks} - {"watcher", "write_report"}
    assert watcher.trigger_rule == "one_failed"


@pytest.mark.parametrize(
    "name", ["assess_source", "migrate_to_cce", "rehearse_migration", "roll_back_cutover"]
)
def test_a_failed_report_fails_the_run_where_the_watcher_was_skipped(name: str, bag: DagBag) -> None:
    report = bag.dags[name].get_task("write_report")
    assert report.downstream_task_ids == set()
    assert report.on_failure_fail_dagrun


def test_the_report_waits_for_every_task_that_is_no_setup(migrate: DAG) -> None:
    report = migrate.get_task("write_report")
    setups = {task.task_id for task in migrate.tasks if task.is_setup}
    assert setups == {"resource_planning.read_definition", "cutover.await_probe"}
    others = {task.task_id for task in migrate.tasks} - setups - BEHIND_ALL
    assert report.upstream_task_ids - setups == others | {"clear_up"}
    assert report.is_teardown
    assert report.on_failure_fail_dagrun


def test_what_killed_tasks_left_is_removed_after_everything_however_the_run_ended(migrate: DAG) -> None:
    clear_up = migrate.get_task("clear_up")
    others = {task.task_id for task in migrate.tasks if not task.is_setup} - BEHIND_ALL
    assert others <= clear_up.upstream_task_ids
    assert clear_up.is_teardown


def test_the_migration_of_the_lab_stays_below_125_task_instances(migrate: DAG) -> None:
    mapped_at_most = {"copy_images": 16, "copy_databases": 16, "copy_buckets": 16, "copy_volumes": 16}
    instances = sum(mapped_at_most.get(task.task_id.rpartition(".")[2], 1) for task in migrate.tasks)
    assert instances <= 125


if __name__ == "__main__":
    from tests.conftest import ROOT

    for dag_id, found in DagBag(dag_folder=str(ROOT / "dags")).dags.items():
        (GOLDEN / f"{dag_id}.txt").write_text(graph_text(found))
