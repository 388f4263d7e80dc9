"""Choose the run to watch: one that is still active, or a new one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lab.airflow.rest import RestClient, RestError
from lab.migrate.definition_file import DefinitionFile
from lab.migrate.task_states import name_of, phase_of

_WAIT_SECONDS = 120.0
Say = Callable[[str], None]


class NoRunError(Exception):
    """No run can be watched; the text says why and what to do."""


@dataclass(frozen=True)
class Run:
    """A run of a DAG; `is_new` says that this call triggered it."""

    dag_id: str
    run_id: str
    is_new: bool

    @property
    def path(self) -> str:
        """Return where the API has it."""
        return f"/dags/{self.dag_id}/dagRuns/{self.run_id}"

    @property
    def page(self) -> str:
        """Return where the UI has it."""
        return f"/dags/{self.dag_id}/runs/{self.run_id}"


def wait_for_dag(client: RestClient, dag_id: str, say: Say, seconds: float = _WAIT_SECONDS) -> None:
    """Wait until Airflow has read the DAG's file, and make it active.

    Raises:
        NoRunError: a DAG file cannot be imported, or there is no such DAG.
    """
    deadline = time.monotonic() + seconds
    said = False
    while not _is_known(client, dag_id):
        errors = client.pages("/importErrors", "import_errors")
        if errors:
            raise NoRunError("\n".join(f"{one['filename']}\n{one['stack_trace'].rstrip()}" for one in errors))
        if time.monotonic() > deadline:
            raise NoRunError(f"Airflow knows no DAG {dag_id} after {seconds:.0f} s; its files are in dags/.")
        if not said:
            say(f"waiting for Airflow to read {dag_id}")
            said = True
        time.sleep(1)
    client.patch(f"/dags/{dag_id}", {"is_paused": False})


def choose_run(client: RestClient, dag_id: str, definition: DefinitionFile, say: Say) -> Run:
    """Return the run that is still active, or a new one; say which, and why.

    Raises:
        NoRunError: an active run has another definition.
    """
    latest = client.get(f"/dags/{dag_id}/dagRuns", order_by="-run_after", limit=1)["dag_runs"]
    active = _active(client, dag_id)
    if active:
        return _go_on(active, dag_id, definition, say)
    if latest and latest[0]["state"] == "failed":
        say(_how_it_failed(client, Run(dag_id, latest[0]["dag_run_id"], is_new=False)))
    return _trigger(client, dag_id, definition, say)


def _is_known(client: RestClient, dag_id: str) -> bool:
    try:
        return not client.get(f"/dags/{dag_id}").get("is_stale", False)
    except RestError as error:
        if error.status == 404:
            return False
        raise


def _active(client: RestClient, dag_id: str) -> dict[str, Any] | None:
    answer = client.get(f"/dags/{dag_id}/dagRuns", state=["running", "queued"], order_by="run_after", limit=1)
    return next(iter(answer["dag_runs"]), None)


def _go_on(active: dict[str, Any], dag_id: str, definition: DefinitionFile, say: Say) -> Run:
    run_id, conf = active["dag_run_id"], active["conf"] or {}
    other = conf.get("definition_file") or conf.get("definition")
    if other not in {None, definition.name, str(definition.path)}:
        raise NoRunError(
            f"The run {run_id} of the definition {other} is still active. Watch it with "
            f"`make migrate MIGRATION={other}`, or end it in Airflow's UI, before another begins."
        )
    say(f"going on with the run {run_id}, which is still active")
    return Run(dag_id, run_id, is_new=False)


def _how_it_failed(client: RestClient, run: Run) -> str:
    failed = client.pages(f"{run.path}/taskInstances", "task_instances", state=["failed"])
    names = [name_of(one) for one in failed if phase_of(one)]
    where = f" at {', '.join(sorted(names)[:3])}" if names else ""
    return f"the last run, {run.run_id}, failed{where}; what it brought over is found equal by a new one"


def _trigger(client: RestClient, dag_id: str, definition: DefinitionFile, say: Say) -> Run:
    verb = dag_id.partition("_")[0]
    run_id = f"{verb}_{datetime.now():%Y-%m-%dT%H-%M-%S}"
    document = {
        "dag_run_id": run_id,
        "logical_date": None,
        "conf": _params(client, dag_id, definition),
        "note": "triggered by `make migrate`",
    }
    client.post(f"/dags/{dag_id}/dagRuns", document)
    say(f"started the run {run_id} of the definition {definition.name or definition.path}")
    return Run(dag_id, run_id, is_new=True)


def _params(client: RestClient, dag_id: str, definition: DefinitionFile) -> dict[str, str]:
    """Return the params that choose the definition: by name if the trigger form offers it, else by path."""
    params = client.get(f"/dags/{dag_id}/details").get("params") or {}
    offered = ((params.get("definition") or {}).get("schema") or {}).get("enum") or []
    if definition.name in offered:
        return {"definition": definition.name}
    return {"definition_file": str(definition.path)}
