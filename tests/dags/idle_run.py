"""Run the migration with steps that do nothing, in a process of its own, and write the states down.

`python -m tests.dags.idle_run <file> <params as JSON>…` writes `[[state of the run, {task: state}], …]` into the file.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import DAG

from cce_migration.operators.approvals import ApproveDriftOperator, ApproveOperator
from cce_migration.operators.base import MigrationOperator
from cce_migration.operators.objects import ShareBucketsOperator
from cce_migration.operators.planning import ChooseShardsOperator, ReadDefinitionOperator
from tests.conftest import ROOT


def main(answer: str, *confs: str) -> None:
    """Run the DAG with each of the params."""
    dag = DagBag(dag_folder=str(ROOT / "dags")).dags["migrate_to_cce"]
    for task in dag.tasks:
        task.retries = 0
    _do_nothing()
    Path(answer).write_text(json.dumps([_states(dag, json.loads(conf)) for conf in confs]))


def _states(dag: DAG, conf: dict[str, Any]) -> tuple[str, dict[str, str]]:
    done = dag.test(run_conf=conf)
    return str(done.state), {one.task_id: str(one.state) for one in done.get_task_instances()}


def _do_nothing() -> None:
    for operator in _subclasses(MigrationOperator):
        if operator is not ReadDefinitionOperator and "act" in vars(operator):
            shards = (
                [{"name": "all", "keys": []}]
                if issubclass(operator, ChooseShardsOperator | ShareBucketsOperator)
                else None
            )
            operator.act = lambda *_, shards=shards: shards
    ApproveOperator.execute = lambda *_: None
    ApproveDriftOperator.execute = lambda *_: None


def _subclasses(of: type[Any]) -> list[type[Any]]:
    return [one for direct in of.__subclasses__() for one in (direct, *_subclasses(direct))]


if __name__ == "__main__":
    from airflow.utils.db import initdb

    initdb()
    main(*sys.argv[1:])
