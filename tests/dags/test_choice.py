"""A choice of phases fits the graph, and a run of the plan alone does nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from airflow.sdk import DAG

from include.phases import NEEDS, PHASES
from tests.conftest import ROOT

States = dict[str, str]


def test_a_phase_needs_what_the_graph_puts_before_it(migrate: DAG) -> None:
    for phase in PHASES:
        tasks = migrate.task_group_dict[phase].iter_tasks()
        before = {up.partition(".")[0] for task in tasks for up in task.upstream_task_ids} & set(PHASES)
        assert before - {phase} <= needed(phase), phase
        assert set(NEEDS[phase]) <= before | {"resource_planning"}, phase


def needed(phase: Any) -> set[str]:
    found: set[str] = set()
    for one in NEEDS[phase]:
        found |= {one} | needed(one)
    return found


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, States]]:
    """States of run and tasks, of a run of the plan alone.

    In a process of its own: pytest has imported Airflow before any test can choose its home.
    """
    folder = tmp_path_factory.mktemp("airflow")
    known = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    settings = {
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "CCE_MIGRATION_LEDGER_ROOT": f"file://{folder / 'ledger'}",
        "PYTHONPATH": os.pathsep.join(str(ROOT / name) for name in ("", "plugins", "dags")),
    }
    confs = [json.dumps({"definition": "lab", **one}) for one in ({"mode": "plan"},)]
    command = [sys.executable, "-W", "ignore", "-m", "tests.dags.idle_run", str(folder / "states"), *confs]
    done = subprocess.run(command, env=known | settings, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return [(state, states) for state, states in json.loads((folder / "states").read_text())]


def acted(states: States) -> set[str]:
    return {name.partition(".")[0] for name, state in states.items() if state == "success" and "." in name}


def test_a_plan_ends_before_anything_is_asked(runs: list[tuple[str, States]]) -> None:
    state, states = runs[0]
    assert (state, acted(states)) == ("success", {"resource_planning"})
    assert states["resource_planning.plan_migration"] == "success"
    assert states["resource_planning.approve_plan"] == "skipped"
    assert states["resource_planning.make_target"] == "skipped"
    assert states["write_report"] == "success"
