"""Be a person who has nothing but a browser: triggers, reads, approves. Airflow's API only tells when there is something to do."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Page, expect, sync_playwright

from lab.airflow import places
from lab.airflow.rest import RestClient
from lab.migrate.approvals import has_settled
from lab.secrets import secrets
from tests.lab.killing import wait_until

CHROMIUM = Path("/usr/lib/chromium/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
LAPTOP = {"width": 1440, "height": 1000}
PATIENCE_MS = 120_000
# Asked more often, the API server takes the processor from the migration.
SECONDS_BETWEEN_LOOKS = 0.5
ENDED = {"success", "failed"}
AT_WORK = {"running", "queued", "scheduled", "up_for_retry", "restarting", "deferred", "awaiting_input"}


class Person:
    """Work in Airflow's UI.

    :param pictures: folder for a screenshot of everything that was looked at.
    """

    def __init__(self, page: Page, client: RestClient, pictures: Path) -> None:
        self._page = page
        self._client = client
        self._pictures = pictures
        self._count = 0

    def run(self, dag: str, seconds: float) -> tuple[str, str]:
        """Trigger a DAG with what its form offers, approve what it asks, and return the run's id and last state."""
        run_id = self._trigger(dag)
        path = f"/dags/{dag}/dagRuns/{run_id}"
        answered: set[str] = set()

        def has_ended() -> bool:
            for task in self._questions(path):
                if task not in answered:
                    self._approve(dag, run_id, task)
                    answered.add(task)
            return self._client.get(path)["state"] in ENDED and not self._at_work(path)

        wait_until(has_ended, f"{dag} has ended", seconds, SECONDS_BETWEEN_LOOKS)
        return run_id, str(self._client.get(path)["state"])

    def read(self, dag: str, run_id: str, tab: str) -> str:
        """Open a tab of a run, and return its text."""
        self._open(f"/dags/{dag}/runs/{quote(run_id)}/plugin/{tab}")
        frame = self._page.frame_locator("iframe").locator("body")
        expect(frame).to_contain_text(re.compile(r"\w{3,}"))
        self._page.wait_for_timeout(2000)
        self._picture(f"{dag}-{tab}")
        return frame.inner_text()

    def log(self, dag: str, run_id: str, task: str) -> str:
        """Open the log of a task, and return what the page shows."""
        self._open(f"/dags/{dag}/runs/{quote(run_id)}/tasks/{task}")
        self._page.wait_for_timeout(3000)
        self._picture(f"{dag}-log")
        return self._page.inner_text("body")

    def _trigger(self, dag: str) -> str:
        known = self._runs(dag)
        self._open(f"/dags/{dag}")
        self._page.get_by_role("button", name="Trigger").first.click()
        submit = self._page.locator("[data-testid=trigger-dag-submit]")
        submit.wait_for()
        self._picture(f"{dag}-form")
        submit.click()
        submit.wait_for(state="hidden")
        (run_id,) = self._runs(dag) - known
        return run_id

    def _approve(self, dag: str, run_id: str, task: str) -> None:
        self._open(f"/dags/{dag}/runs/{quote(run_id)}/tasks/{task}/required_actions")
        button = self._page.get_by_role("button", name="Approve", exact=True)
        button.wait_for()
        self._page.wait_for_timeout(1000)
        self._picture(f"{dag}-{task}")
        button.click()
        expect(button).to_be_disabled(timeout=PATIENCE_MS)

    def _questions(self, path: str) -> list[str]:
        found = self._client.pages(f"{path}/hitlDetails", "hitl_details", response_received=False)
        return [one["task_instance"]["task_id"] for one in found if has_settled(one)]

    def _at_work(self, path: str) -> bool:
        return any(
            one["state"] in AT_WORK for one in self._client.pages(f"{path}/taskInstances", "task_instances")
        )

    def _runs(self, dag: str) -> set[Any]:
        return {one["dag_run_id"] for one in self._client.get(f"/dags/{dag}/dagRuns")["dag_runs"]}

    def _open(self, path: str) -> None:
        self._page.goto(f"{places.url()}{path}")

    def _picture(self, name: str) -> None:
        self._count += 1
        self._page.screenshot(path=self._pictures / f"{self._count:02}-{name}.png")


@contextmanager
def person(pictures: Path) -> Generator[Person]:
    """Log in by Airflow's form."""
    with sync_playwright() as playwright, RestClient() as client:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        page = browser.new_page(viewport=LAPTOP)
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{places.url()}/auth/login/")
        page.fill("input[name=username]", places.USER)
        page.fill("input[name=password]", secrets()["airflow_password"])
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/auth/login" not in url)
        try:
            yield Person(page, client, pictures)
        finally:
            browser.close()
