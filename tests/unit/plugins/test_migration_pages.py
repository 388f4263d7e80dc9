"""The pages of a migration: what they answer, and to whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote

import pytest
from airflow.api_fastapi.common.db.common import SessionDep
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient

from cce_migration.ui import api, pages
from cce_migration.ui.dag_runs import KnownRun
from include.live import find_run
from tests.builders.stories import finished_run, midway_run

RUN_ID = "manual__2026-11-26T10:00:00+00:00"
RUN = f"dag_id=migrate_to_cce&run_id={quote(RUN_ID, safe='')}"
NOW = datetime.now(UTC)


class Airflow:
    """Stand in for Airflow's database and its rights: which runs there are, and which DAGs this user may read."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.runs = {("migrate_to_cce", RUN_ID): "success"}
        self.readable = {"migrate_to_cce"}

    def known(self, session: object, dag_id: str, run_id: str) -> KnownRun | None:
        state = self.runs.get((dag_id, run_id))
        if state is None:
            return None
        return KnownRun(dag_id, run_id, state, None, None, find_run(self.root, run_id))

    def latest(self, session: object, readable: set[str]) -> list[KnownRun]:
        found = [self.known(session, *key) for key in self.runs if key[0] in readable]
        return [one for one in found if one]


@pytest.fixture
def airflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Airflow:
    made = Airflow(tmp_path)
    monkeypatch.setenv("CCE_MIGRATION_LEDGER_ROOT", f"file://{tmp_path}")
    monkeypatch.setattr(api, "find_dag_run", made.known)
    monkeypatch.setattr(api, "latest_runs", made.latest)
    return made


@pytest.fixture
def client(airflow: Airflow) -> Iterator[TestClient]:
    """Ask as a user whose rights are those of `airflow.readable`."""

    def judge(dag_id: str) -> None:
        if dag_id not in airflow.readable:
            raise HTTPException(403)

    session = get_args(SessionDep)[1].dependency
    overrides: dict[Any, Any] = {session: lambda: None, api.readable_dags: lambda: airflow.readable}
    overrides |= dict.fromkeys(guards(pages.app), judge)
    pages.app.dependency_overrides.update(overrides)
    yield TestClient(pages.app)
    pages.app.dependency_overrides.clear()


def guards(app: FastAPI) -> set[Any]:
    """Return what asks whether the user may read the DAG, of every address that asks it."""
    found = [route.dependencies for route in routes(app)]
    return {one.dependency for dependencies in found for one in dependencies}


def routes(app: FastAPI) -> list[Any]:
    return [route for route in app.routes if hasattr(route, "dependencies")]


def test_a_run_tells_how_it_stands(airflow: Airflow, client: TestClient) -> None:
    finished_run(airflow.root, RUN_ID, began=NOW - timedelta(days=1))
    answer = client.get(f"/api/run?{RUN}").json()
    assert answer["run"]["run_id"] == RUN_ID
    assert answer["view"]["report"]["result"] == "succeeded"
    assert answer["links"]["actions"].endswith("/required_actions")


def test_the_same_answer_is_not_sent_twice(airflow: Airflow, client: TestClient) -> None:
    story = finished_run(airflow.root, RUN_ID, began=NOW - timedelta(days=1))
    first = client.get(f"/api/run?{RUN}")
    again = client.get(f"/api/run?{RUN}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    story.ask("source_retirement.approve_retirement", 1700)
    changed = client.get(f"/api/run?{RUN}", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_items_are_filtered_sorted_and_paged_by_the_server(airflow: Airflow, client: TestClient) -> None:
    midway_run(airflow.root, RUN_ID, began=NOW)
    airflow.runs["migrate_to_cce", RUN_ID] = "running"
    wanted = "&state=waiting&phase=verification&text=ingress&by=key&descending=true&limit=2"
    page = client.get(f"/api/items?{RUN}{wanted}").json()
    keys = [row["key"] for row in page["rows"]]
    assert len(keys) == 2 < page["total"]
    assert keys == sorted(keys, reverse=True)
    assert all("ingresss/" in key for key in keys)
    assert page["counts"]["state"] == {"waiting": page["total"]}


def test_a_run_without_a_record_says_so(client: TestClient) -> None:
    assert client.get(f"/api/run?{RUN}").json()["view"] is None
    refused = client.get(f"/api/items?{RUN}")
    assert (refused.status_code, "no record yet" in refused.json()["detail"]) == (404, True)


def test_what_airflow_does_not_know_is_not_looked_for_in_the_ledger(
    airflow: Airflow, client: TestClient
) -> None:
    finished_run(airflow.root, "of-another-dag", began=NOW)
    for dag_id in ("migrate_to_cce", "~"):
        airflow.readable.add(dag_id)
        assert client.get(f"/api/run?dag_id={dag_id}&run_id=of-another-dag").status_code == 404


def test_a_file_is_given_to_be_kept_and_only_if_it_is_listed(airflow: Airflow, client: TestClient) -> None:
    finished_run(airflow.root, RUN_ID, began=NOW)
    names = [one["name"] for one in client.get(f"/api/files?{RUN}").json()["files"]]
    assert "evidence.tar.gz" in names
    answer = client.get(f"/api/file?{RUN}&name=evidence.tar.gz")
    assert answer.content == b"an archive"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    for name in ("plan.json", "../../secret", "/etc/passwd"):
        assert client.get(f"/api/file?{RUN}&name={quote(name, safe='')}").status_code == 404


PATHS = ("run", "items", "item", "findings", "changes", "trend", "files", "file")


@pytest.mark.parametrize("path", ["run", *(f"api/{name}" for name in PATHS)])
def test_who_may_not_read_the_dag_sees_nothing_of_its_runs(
    airflow: Airflow, client: TestClient, path: str
) -> None:
    finished_run(airflow.root, RUN_ID, began=NOW)
    airflow.readable.clear()
    answer = client.get(f"/{path}?{RUN}&phase=obs_sync&key=exports&name=report.json")
    assert (answer.status_code, "webshop" in answer.text) == (403, False)


def test_the_overview_has_the_runs_of_readable_dags_alone(airflow: Airflow, client: TestClient) -> None:
    finished_run(airflow.root, RUN_ID, began=NOW)
    airflow.runs["assess_source", "other"] = "running"
    runs = client.get("/api/overview").json()["runs"]
    assert [one["run"]["dag_id"] for one in runs] == ["migrate_to_cce"]
    assert runs[0]["view"]["downtime"] == pytest.approx(8.4)


def test_every_address_with_data_asks_who_asks() -> None:
    """Whatever is added later: without a login there is nothing but the files that every user's browser gets."""
    asking = TestClient(pages.app)
    for route in routes(pages.app):
        path = route.path.replace("{dag_id}", "x").replace("{run_id:path}", "y")
        answer = asking.get(f"{path}?dag_id=x&run_id=y&phase=a&key=b&name=c")
        assert answer.status_code == 401, path


def test_a_page_runs_nothing_but_what_this_server_gives(client: TestClient) -> None:
    answer = client.get(f"/run?{RUN}")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    for line in answer.text.splitlines():
        assert "://" not in line
        assert "<script" not in line or 'src="static/' in line
    script = client.get("/static/js/run.js")
    assert (script.status_code, script.headers["Cache-Control"]) == (200, "no-cache")
