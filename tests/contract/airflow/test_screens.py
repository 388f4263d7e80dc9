"""The trigger form and the question as people see them, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from .servers import Airflow

pytestmark = pytest.mark.timeout(600)
CHROMIUM = Path("/usr/lib/chromium/chromium")
OPEN_MS = 90_000
Open = Callable[[str, str], Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield opened
        opened.close()


@pytest.fixture
def visit(airflow: Airflow, browser: Browser) -> Iterator[Open]:
    """Open a page as somebody."""
    contexts = []

    def visit_as(user: str, path: str) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 1000})
        context.set_default_timeout(OPEN_MS)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{airflow.url}/auth/login/")
        page.fill("input[name=username]", user)
        page.fill("input[name=password]", airflow.password(user))
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/auth/login" not in url)
        page.goto(f"{airflow.url}{path}")
        return page

    yield visit_as
    for context in contexts:
        context.close()


def test_the_form_offers_modes_and_phases_and_takes_overrides(airflow: Airflow, visit: Open) -> None:
    page = visit("olga", "/dags/migrate_to_cce")
    page.get_by_role("button", name="Trigger").first.click()
    submit = page.locator("[data-testid=trigger-dag-submit]")
    page.locator("textarea[name=element_overrides]").fill("cutover: {watch_seconds: -1}")
    shown = page.inner_text("body")
    assert "Migrate: ask for approval of the plan, and go on" in shown
    assert "velero_backup_restore" in shown
    known = runs(airflow)
    submit.click()
    submit.wait_for(state="hidden")

    (run,) = runs(airflow) - known
    task = "resource_planning.read_definition"
    airflow.await_state("migrate_to_cce", run, task, "failed")
    assert "(line 1 of the overrides)" in airflow.log("migrate_to_cce", run, task)


def runs(airflow: Airflow) -> set[Any]:
    answer = airflow.call("olga", "GET", "/dags/migrate_to_cce/dagRuns").json()
    return {one["dag_run_id"] for one in answer["dag_runs"]}


def test_an_approver_reads_the_evidence_and_approves(
    airflow: Airflow, visit: Open, definition_file: Path
) -> None:
    dag, run, question = "ask_people", "seen", "cutover.approve_cutover"
    airflow.trigger("olga", dag, run, definition_file=str(definition_file))
    airflow.await_question(dag, run, question)
    page = visit("anna", f"/dags/{dag}/runs/{run}/tasks/{question}/required_actions")
    page.get_by_role("cell", name="620 MB").wait_for()
    page.get_by_role("button", name="Approve").click()
    airflow.await_state(dag, run, question, "success")
