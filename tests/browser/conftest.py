"""A real browser before a real Airflow, with ledgers of every kind."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.airflow_server import PASSWORD, AirflowServer, airflow_server
from tests.builders.stories import Story, finished_run, large_run, midway_run, rehearsals, waiting_run

# Debian's wrapper writes a shell's error before it starts this.
CHROMIUM = Path("/usr/lib/chromium/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
LAPTOP = {"width": 1280, "height": 720}
PATIENCE = 60_000


@pytest.fixture(scope="session")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AirflowServer]:
    with airflow_server(tmp_path_factory.mktemp("browser")) as server:
        now = datetime.now(UTC)
        finished_run(server.ledgers, "finished", began=now - timedelta(days=1))
        finished_run(server.ledgers, "failed", began=now - timedelta(days=2), failed="stock")
        waiting_run(server.ledgers, "waiting", began=now - timedelta(seconds=2000))
        large_run(server.ledgers, "large", began=now - timedelta(hours=3))
        rehearsals(server.ledgers, 3, before=now)
        states = {"finished": "success", "failed": "failed", "waiting": "running", "large": "success"}
        for run_id, state in states.items():
            server.add_run(run_id, state)
        yield server


@pytest.fixture
def midway(airflow: AirflowServer, request: pytest.FixtureRequest) -> Story:
    """Return a run that goes on, one for each test: they have it go on differently."""
    run_id = f"midway-{abs(hash(request.node.name))}"
    story = midway_run(airflow.ledgers, run_id, began=datetime.now(UTC) - timedelta(seconds=900))
    airflow.add_run(run_id, "running")
    return story


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    assert CHROMIUM.is_file(), f"{CHROMIUM} is missing: apt-get install chromium"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def login(
    airflow: AirflowServer, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """Return the state of a browser in which a person who may only look has logged in by Airflow's form."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{airflow.address}/auth/login")
    page.fill("input[name=username]", "vera")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "login" not in address)
    path = tmp_path_factory.mktemp("login") / "state.json"
    context.storage_state(path=path)
    yield path
    context.close()
    shutil.rmtree(path.parent)


@pytest.fixture
def context(browser: Browser, login: Path) -> Iterator[BrowserContext]:
    made = browser.new_context(storage_state=login, viewport=LAPTOP, color_scheme="light")
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Return a page on which nothing may go wrong: no error of a script, nothing that the page's policy refuses."""
    troubles: list[str] = []
    made = context.new_page()
    made.set_default_timeout(PATIENCE)
    made.on("pageerror", lambda error: troubles.append(str(error)))
    made.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    yield made
    assert troubles == []
