"""The tab with the report: what it shows, and to whom."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import HTTPException

from cce_migration.ui import pages, report_tab
from include.ledger import Ledger
from tests.conftest import ROOT

RUN_ID = "manual__2026-11-26T10:00:00+00:00"
PATH = f"/report/migrate_to_cce/{RUN_ID}"


def get(path: str) -> httpx.Response:
    """Ask the tab's app as Airflow's API server does."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=report_tab.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://airflow") as client:
            return await client.get(path)

    return asyncio.run(ask())


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CCE_MIGRATION_LEDGER_ROOT", f"file://{tmp_path}")
    return tmp_path


@pytest.fixture
def rights() -> Iterator[dict[str, bool]]:
    """Answer the question whether the user may read the DAG."""
    answer = {"granted": True}
    dependency, known = next(route.dependencies for route in pages.app.routes if route.name == "report")

    def judge() -> None:
        if not answer["granted"]:
            raise HTTPException(403)

    pages.app.dependency_overrides[dependency.dependency] = judge
    pages.app.dependency_overrides[known.dependency] = lambda: None
    yield answer
    pages.app.dependency_overrides.clear()


@pytest.mark.usefixtures("rights")
def test_a_run_with_a_report_shows_it(root: Path) -> None:
    Ledger(root, "lab", RUN_ID).write_text("report.html", "<h1>lab</h1>")
    answer = get(PATH)
    assert (answer.status_code, answer.text) == (200, "<h1>lab</h1>")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.usefixtures("rights", "root")
def test_a_run_without_a_report_says_so_and_looks_again() -> None:
    answer = get(PATH)
    assert RUN_ID in answer.text
    assert 'http-equiv="refresh"' in answer.text


@pytest.mark.usefixtures("rights", "root")
def test_a_strange_run_id_is_shown_as_text() -> None:
    assert "<script>" not in get("/report/migrate_to_cce/<script>alert(1)</script>").text


@pytest.mark.usefixtures("rights")
def test_a_path_does_not_lead_out_of_the_ledger(root: Path) -> None:
    (root.parent / "report.html").write_text("outside")
    (root / "lab").mkdir()
    assert "outside" not in get("/report/migrate_to_cce/..%2F..").text


def test_who_may_not_read_the_dag_does_not_see_its_report(root: Path, rights: dict[str, bool]) -> None:
    Ledger(root, "lab", RUN_ID).write_text("report.html", "<h1>lab</h1>")
    rights["granted"] = False
    assert get(PATH).status_code == 403


def test_a_task_that_loads_the_plugin_does_not_load_the_pages() -> None:
    code = "import cce_migration_plugin, sys; sys.exit('cce_migration.ui.pages' in sys.modules)"
    assert (
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code], cwd=ROOT / "plugins", check=False
        ).returncode
        == 0
    )
