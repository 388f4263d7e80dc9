"""The pages of a migration in a browser: found, filtered, opened, and followed while the run goes on."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect

from tests.browser.airflow_server import AirflowServer
from tests.builders.stories import Story

expect.set_options(timeout=30_000)


@pytest.fixture
def open_run(page: Page, airflow: AirflowServer):
    """Open the page of a run by itself, at a place."""

    def opened(run_id: str, place: str = "") -> Page:
        page.goto(f"{airflow.address}/cce-migration/run?dag_id=migrate_to_cce&run_id={quote(run_id)}{place}")
        page.get_by_role("tab", name="Overview").wait_for()
        return page

    return opened


def in_airflow(page: Page, airflow: AirflowServer, run_id: str, place: str = "") -> FrameLocator:
    page.goto(f"{airflow.address}/dags/migrate_to_cce/runs/{quote(run_id)}/plugin/migration{place}")
    return page.frame_locator("iframe")


def rows(page: Page) -> Locator:
    return page.locator("table.list tbody tr[data-key]")


def test_without_a_login_nothing_is_shown(browser: Browser, airflow: AirflowServer) -> None:
    context = browser.new_context()
    answer = context.request.get(f"{airflow.address}/cce-migration/run?dag_id=migrate_to_cce&run_id=finished")
    assert answer.status == 401
    context.close()


def test_a_tab_of_the_run_shows_its_phases(page: Page, airflow: AirflowServer) -> None:
    frame = in_airflow(page, airflow, "finished")
    expect(frame.get_by_role("heading", name="webshop")).to_be_visible()
    expect(frame.get_by_role("table", name="Phases on a time line").get_by_role("row")).to_have_count(10)
    expect(frame.locator(".phase .measured")).to_have_count(9)
    expect(frame.locator(".tile", has_text="Downtime")).to_contain_text("8.4 s")


def test_an_address_leads_to_one_item_and_its_proof(page: Page, airflow: AirflowServer) -> None:
    frame = in_airflow(page, airflow, "failed", "#items/rds_dump_restore/stock")
    panel = frame.get_by_role("complementary", name="Item")
    expect(panel).to_contain_text("table carts: the source has 128450 rows, the target 128449")
    expect(panel.locator(".proof .other")).to_contain_text("rows: 128449")


def test_an_address_of_a_phase_lists_its_items(open_run) -> None:
    page = open_run("finished", "#items/obs_sync")
    expect(page.get_by_role("status")).to_have_text("3 items")
    expect(page).to_have_url(re.compile(r"#items[?]phase=obs_sync"))


def test_the_page_is_dark_when_airflow_is_and_turns_with_it(page: Page, airflow: AirflowServer) -> None:
    frame = in_airflow(page, airflow, "finished")
    expect(frame.locator("html")).to_have_attribute("data-theme", "light")
    page.evaluate("localStorage.setItem('theme', 'dark')")
    expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
    ground = frame.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert sum(map(int, re.findall(r"\d+", ground))) < 150


def test_items_are_filtered_by_words_state_and_phase_and_the_address_keeps_it(open_run) -> None:
    page = open_run("failed", "#items")
    page.get_by_role("searchbox").fill("stock mariadb")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("failed")
    page.get_by_role("searchbox").fill("")
    page.get_by_label("Phase").select_option("swr_image_sync")
    expect(page.get_by_role("status")).to_have_text("24 items")
    page.get_by_role("searchbox").fill("payments")
    expect(page.get_by_role("status")).to_have_text("4 items")
    expect(page).to_have_url(re.compile(r"#items\?.*text=payments"))
    page.reload()
    expect(page.get_by_role("status")).to_have_text("4 items")
    expect(page.get_by_role("searchbox")).to_have_value("payments")


def test_a_click_on_a_column_sorts_by_it_and_another_turns_it(open_run) -> None:
    page = open_run("finished", "#items?kind=bucket")
    expect(rows(page)).to_have_count(3)
    header = page.get_by_role("columnheader", name="Data")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    expect(rows(page).first).to_contain_text("exports")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    expect(rows(page).first).to_contain_text("product-pictures")


def test_the_list_is_worked_with_the_keyboard_alone(open_run) -> None:
    page = open_run("finished", "#items?kind=bucket")
    expect(rows(page)).to_have_count(3)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(rows(page).first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(rows(page).nth(1)).to_be_focused()
    style = rows(page).nth(1).evaluate("row => getComputedStyle(row).outlineStyle")
    assert style == "solid"
    name = rows(page).nth(1).get_attribute("data-key")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"#items/{quote(name or '?')}"))
    expect(page.get_by_role("button", name="Close the item (Escape)")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary")).to_be_hidden()
    expect(rows(page).nth(1)).to_be_focused()


def test_the_views_are_reached_with_the_arrows(open_run) -> None:
    page = open_run("finished")
    page.get_by_role("tab", name="Overview").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Items")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="Items")).to_have_attribute("aria-selected", "true")
    expect(rows(page).first).to_be_visible()


def test_what_goes_on_is_shown_without_loading_the_page_again(open_run, midway: Story) -> None:
    page = open_run(midway.ledger.run_id)
    page.evaluate("window.isTheSamePage = true")
    midway.move("rds_dump_restore", "stock", 0.62, stage="rows of 31 tables")
    now = page.locator(".pieces li", has_text="mariadb stock")
    expect(now).to_contain_text("14 GB of 23 GB")
    midway.move("rds_dump_restore", "stock", 0.9, stage="indexes of 31 tables")
    expect(now).to_contain_text("21 GB of 23 GB")
    expect(now).to_contain_text("indexes of 31 tables")
    midway.ask("cutover.approve_cutover", 1000)
    expect(page.get_by_text("waits for a person since")).to_be_visible()
    assert page.evaluate("window.isTheSamePage")


def test_a_row_keeps_the_focus_while_its_item_moves(open_run, midway: Story) -> None:
    page = open_run(midway.ledger.run_id, "#items?kind=database")
    midway.move("rds_dump_restore", "stock", 0.62)
    row = rows(page).filter(has_text="mariadb stock")
    expect(row).to_contain_text("running")
    row.focus()
    midway.move("rds_dump_restore", "stock", 0.9)
    expect(row).to_contain_text("21 GB of 23 GB")
    expect(row).to_be_focused()


def test_ten_thousand_items_are_paged_by_the_server(open_run) -> None:
    page = open_run("large", "#items")
    expect(page.get_by_role("status")).to_have_text("10,000 items")
    expect(rows(page)).to_have_count(100)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("navigation", name="Pages")).to_contain_text("101 to 200 of 10,000")
    page.get_by_role("searchbox").fill("deployment 9950")
    expect(rows(page)).to_have_count(1)


def test_what_a_name_holds_is_shown_and_never_run(open_run, midway: Story) -> None:
    name = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    midway.ask(f"cutover.{name}", 1000)
    midway.move("obs_sync", "product-pictures", 0.5, what=name)
    page = open_run(midway.ledger.run_id)
    expect(page.locator(".pieces")).to_contain_text(name)
    page.get_by_role("tab", name="Approvals").click()
    expect(page.get_by_role("tabpanel")).to_contain_text(name)
    assert page.locator("img, main script").count() == 0


def test_findings_changes_downtime_rehearsals_and_files_are_there(open_run) -> None:
    page = open_run("failed", "#findings")
    expect(rows(page).first).to_contain_text("blocker")
    page.get_by_role("tab", name="Changes").click()
    rows(page).first.click()
    expect(page.locator(".difference ins").first).to_contain_text("swr.eu-de.lab")
    page.get_by_role("tab", name="Downtime").click()
    expect(page.locator(".step .outage").first).to_be_visible()
    page.get_by_role("tab", name="Rehearsals").click()
    expect(page.get_by_role("img", name="Seconds of each phase in each rehearsal")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(3)
    page.get_by_role("tab", name="Files").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="evidence.tar.gz").click()
    assert download.value.path().read_bytes() == b"an archive"


def test_all_migrations_are_listed_and_lead_to_their_pages(page: Page, airflow: AirflowServer) -> None:
    page.goto(f"{airflow.address}/plugin/migrations")
    frame = page.frame_locator("iframe")
    line = frame.get_by_role("row", name=re.compile(r"waiting"))
    expect(line).to_contain_text("approve cutover")
    frame.get_by_role("link", name="failed", exact=True).click()
    expect(page).to_have_url(re.compile(r"/dags/migrate_to_cce/runs/failed/plugin/migration"))
    expect(page.frame_locator("iframe").get_by_role("heading", name="webshop")).to_be_visible()


def test_an_approval_leads_to_the_page_where_airflow_asks_for_it(page: Page, airflow: AirflowServer) -> None:
    frame = in_airflow(page, airflow, "waiting")
    frame.get_by_role("link", name="Answer in Airflow").click()
    expect(page).to_have_url(re.compile(r"/dags/migrate_to_cce/runs/waiting/required_actions"))
