from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from lab.airflow.rest import RestClient
from lab.migrate.definition_file import DefinitionFile
from lab.migrate.runs import NoRunError, Run, choose_run, wait_for_dag

from .builders import instance

DAG = "/api/v2/dags/migrate_to_cce"
LAB = DefinitionFile(Path("/repository/migrations/lab.yaml"), "lab", frozenset())
MINE = DefinitionFile(Path("/home/me/mine.yaml"), "", frozenset())
PARAMS = {"definition": {"schema": {"type": "string", "enum": ["lab"]}}, "definition_file": {"schema": {}}}


class FakeAirflow:
    """Knows one DAG and its runs."""

    def __init__(self, runs: list[dict[str, Any]] | None = None, *, knows_dag: bool = True) -> None:
        self.runs = runs or []
        self.knows_dag = knows_dag
        self.import_errors: list[dict[str, str]] = []
        self.failed: list[dict[str, Any]] = []
        self.changes: list[tuple[str, Any]] = []

    def client(self) -> RestClient:
        return RestClient(transport=httpx.MockTransport(self.answer))

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/auth/token":
            return httpx.Response(201, json={"access_token": "t"})
        if request.method != "GET":
            self.changes.append((path, json.loads(request.content)))
            return httpx.Response(200, json={})
        return self.read(path, request.url.params)

    def read(self, path: str, query: httpx.QueryParams) -> httpx.Response:
        if path == DAG and not self.knows_dag:
            return httpx.Response(404, json={"detail": "not found"})
        if path.endswith("/details"):
            return httpx.Response(200, json={"params": PARAMS})
        if path.endswith("/importErrors"):
            errors = self.import_errors
            return httpx.Response(200, json={"import_errors": errors, "total_entries": len(errors)})
        if path.endswith("/taskInstances"):
            return httpx.Response(
                200, json={"task_instances": self.failed, "total_entries": len(self.failed)}
            )
        states = query.get_list("state")
        runs = [run for run in self.runs if not states or run["state"] in states]
        return httpx.Response(200, json={"dag_runs": runs, "is_stale": False})


def run(state: str, definition: str = "lab") -> dict[str, Any]:
    return {"dag_run_id": "run-1", "state": state, "conf": {"definition": definition}}


def test_the_first_run_is_triggered_with_the_definition() -> None:
    airflow, said = FakeAirflow(), []
    chosen = choose_run(airflow.client(), "migrate_to_cce", LAB, said.append)
    ((path, document),) = airflow.changes
    assert path == f"{DAG}/dagRuns"
    assert document["conf"] == {"definition": "lab"}
    assert chosen == Run("migrate_to_cce", document["dag_run_id"], is_new=True)
    assert said == [f"started the run {chosen.run_id} of the definition lab"]


def test_a_definition_that_the_form_does_not_offer_is_given_by_its_path() -> None:
    airflow = FakeAirflow()
    choose_run(airflow.client(), "migrate_to_cce", MINE, lambda _: None)
    assert airflow.changes[0][1]["conf"] == {"definition_file": "/home/me/mine.yaml"}


@pytest.mark.parametrize("conf", [{"definition": "lab"}, {"definition_file": str(LAB.path)}, {}, None])
def test_an_active_run_is_recognised_however_its_definition_was_given(conf: dict[str, str] | None) -> None:
    airflow = FakeAirflow([run("running") | {"conf": conf}])
    assert not choose_run(airflow.client(), "migrate_to_cce", LAB, lambda _: None).is_new


@pytest.mark.parametrize("state", ["running", "queued"])
def test_a_run_that_is_still_active_is_gone_on_with(state: str) -> None:
    airflow, said = FakeAirflow([run(state)]), []
    chosen = choose_run(airflow.client(), "migrate_to_cce", LAB, said.append)
    assert chosen == Run("migrate_to_cce", "run-1", is_new=False)
    assert airflow.changes == []
    assert said == ["going on with the run run-1, which is still active"]


def test_an_active_run_of_another_definition_is_not_disturbed() -> None:
    airflow = FakeAirflow([run("running", "/home/me/mine.yaml")])
    with pytest.raises(NoRunError, match=r"run-1 of the definition /home/me/mine\.yaml is still active"):
        choose_run(airflow.client(), "migrate_to_cce", LAB, lambda _: None)
    assert airflow.changes == []


def test_after_a_failed_run_a_new_one_begins_and_it_is_said_where_the_last_one_failed() -> None:
    airflow, said = FakeAirflow([run("failed")]), []
    airflow.failed = [instance("watcher", "failed"), instance("obs_sync.copy", "failed")]
    assert choose_run(airflow.client(), "migrate_to_cce", LAB, said.append).is_new
    assert said[0].startswith("the last run, run-1, failed at obs_sync.copy;")


def test_a_known_dag_is_made_active() -> None:
    airflow = FakeAirflow()
    wait_for_dag(airflow.client(), "migrate_to_cce", lambda _: None)
    assert airflow.changes == [(DAG, {"is_paused": False})]


def test_a_dag_file_that_cannot_be_imported_is_told_with_its_traceback() -> None:
    airflow = FakeAirflow(knows_dag=False)
    airflow.import_errors = [{"filename": "migrate_to_cce.py", "stack_trace": "Traceback …\nKeyError: 'x'\n"}]
    with pytest.raises(NoRunError, match=r"migrate_to_cce\.py\nTraceback …\nKeyError: 'x'"):
        wait_for_dag(airflow.client(), "migrate_to_cce", lambda _: None)


def test_an_unknown_dag_is_waited_for_only_so_long() -> None:
    with pytest.raises(NoRunError, match="Airflow knows no DAG migrate_to_cce after 0 s"):
        wait_for_dag(FakeAirflow(knows_dag=False).client(), "migrate_to_cce", lambda _: None, seconds=0)
