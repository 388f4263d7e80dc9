"""Run a DAG of the lab's Airflow to its end, its approvals answered as `make migrate` answers them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

from lab.airflow.rest import RestClient
from lab.migrate.approvals import Approvals
from lab.migrate.ledger_view import LedgerView
from lab.migrate.runs import Run, wait_for_dag

SECONDS_BETWEEN_LOOKS = 1.0
MOST_SECONDS = 1800.0
ENDED = {"success", "failed"}


def run_dag(dag_id: str, definition: Path) -> str:
    """Run a DAG with a definition, and return the run's id.

    :raises RuntimeError: when it fails, or does not end within half an hour.
    """
    run = Run(dag_id, f"{dag_id}_benchmark_{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}", is_new=True)
    with RestClient() as client:
        wait_for_dag(client, dag_id, print)
        document = {
            "dag_run_id": run.run_id,
            "logical_date": None,
            "conf": {"definition_file": str(definition)},
        }
        client.post(f"/dags/{dag_id}/dagRuns", document)
        state = _follow(client, run)
    if state != "success":
        raise RuntimeError(f"the run {run.run_id} of {dag_id} is {state}; its tasks' logs in Airflow say why")
    return run.run_id


def _follow(client: RestClient, run: Run) -> str:
    approvals = Approvals(client, run, LedgerView(run.run_id), is_lab=True)
    deadline = time.monotonic() + MOST_SECONDS
    while (state := str(client.get(run.path)["state"])) not in ENDED and time.monotonic() < deadline:
        approvals.answer()
        time.sleep(SECONDS_BETWEEN_LOOKS)
    return state
