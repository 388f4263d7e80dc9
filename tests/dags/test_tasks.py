"""What every task of every DAG has."""

from __future__ import annotations

import inspect

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import DAG, BaseOperator
from airflow.sdk.definitions.mappedoperator import MappedOperator
from airflow.serialization.serialized_objects import DagSerialization

from cce_migration.operators.approvals import ApproveDriftOperator, ApproveOperator
from cce_migration.operators.base import MigrationOperator
from cce_migration.operators.cutover import EndQuiesceOperator, RollBackOperator
from cce_migration.operators.due import FindDueRehearsalsOperator, TriggerRehearsalOperator
from cce_migration.operators.rolling_back import EndWayBackOperator
from include.errors import PermanentError, TemporaryError
from tests.conftest import ROOT

from .test_import import DAGS

DUE = FindDueRehearsalsOperator | TriggerRehearsalOperator


def all_tasks() -> list[tuple[str, BaseOperator | MappedOperator]]:
    bag = DagBag(dag_folder=str(ROOT / "dags"))
    return [(f"{dag.dag_id} {task.task_id}", task) for dag in bag.dags.values() for task in dag.tasks]


ALL = [pytest.param(task, id=name) for name, task in all_tasks()]


@pytest.mark.parametrize("task", ALL)
def test_a_task_tells_people_what_it_does(task: BaseOperator | MappedOperator) -> None:
    text = inspect.getdoc(task.operator_class) if isinstance(task, MappedOperator) else task.doc_md
    assert text
    assert text.strip().splitlines()[0].rstrip().endswith((".", ":"))


@pytest.mark.parametrize("task", ALL)
def test_a_task_that_acts_is_retried_by_the_one_policy(task: BaseOperator | MappedOperator) -> None:
    if task.task_id == "watcher":
        assert task.retries == 0
        return
    operator = task.operator_class if isinstance(task, MappedOperator) else type(task)
    assert issubclass(operator, MigrationOperator | ApproveOperator | DUE)
    policy = task.partial_kwargs["retry_policy"] if isinstance(task, MappedOperator) else task.retry_policy
    assert task.retries == _expected_retries(task.task_id, operator)
    assert policy.evaluate(PermanentError("no"), 1, 5).action.value == "fail"
    assert policy.evaluate(TemporaryError("later"), 1, 5).action.value == "retry"
    assert policy.evaluate(RuntimeError("what"), 1, 5).action.value == "default"


def _expected_retries(task_id: str, operator: type) -> int:
    """Before the cutover only time is lost; in it customers wait; what starts the source again must not give up."""
    if issubclass(operator, ApproveOperator):
        return 8 if issubclass(operator, ApproveDriftOperator) else 2
    if issubclass(operator, EndQuiesceOperator | EndWayBackOperator | RollBackOperator):
        return 20
    return 5 if task_id.startswith(("cutover.", "roll_back.")) else 8


def test_no_approval_has_a_default_answer(migrate: DAG) -> None:
    approvals = [task for task in migrate.tasks if isinstance(task, ApproveOperator)]
    assert [task.task_id for task in approvals] == [
        "resource_planning.approve_plan",
        "resource_planning.approve_drift",
        "cutover.approve_cutover",
        "source_retirement.approve_retirement",
    ]
    assert [(task.defaults, task.options) for task in approvals] == [(None, ["Approve", "Reject"])] * 4


def test_a_rollback_asks_a_person_and_has_no_default_answer(bag: DagBag) -> None:
    dag = bag.dags["roll_back_cutover"]
    (approval,) = [task for task in dag.tasks if isinstance(task, ApproveOperator)]
    assert (approval.defaults, approval.options) == (None, ["Approve", "Reject"])
    before = dag.get_task(approval.task_id).get_flat_relative_ids(upstream=True)
    assert before == {"roll_back.look_at_way_back"}


def test_every_phase_tells_people_what_it_does(migrate: DAG) -> None:
    groups = [group for name, group in migrate.task_group_dict.items() if name]
    assert [group.group_id for group in groups if not group.tooltip] == []


def test_every_phase_is_in_the_readme(migrate: DAG) -> None:
    readme = (ROOT / "README.md").read_text()
    missing = [name for name in migrate.task_group_dict if name and f"`{name}`" not in readme]
    assert missing == []


def test_each_phase_records_its_end_once(migrate: DAG) -> None:
    enders = [task.task_id.partition(".")[0] for task in migrate.tasks if getattr(task, "ends_phase", False)]
    assert sorted(enders) == sorted(name for name in migrate.task_group_dict if name)


@pytest.mark.parametrize("name", DAGS)
def test_a_dag_survives_serialization(name: str, bag: DagBag) -> None:
    written = DagSerialization.to_dict(bag.dags[name])
    assert set(DagSerialization.from_dict(written).task_ids) == set(bag.dags[name].task_ids)


def test_the_definitions_are_a_drop_down(migrate: DAG) -> None:
    param = migrate.params.get_param("definition")
    assert param.schema["enum"] == sorted(path.stem for path in (ROOT / "migrations").glob("*.yaml"))
    assert "lab" in param.schema["enum"]
