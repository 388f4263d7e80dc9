"""The addresses of the migration's pages."""

from __future__ import annotations

from cce_migration.ui.links import actions_url, item_url, report_url, run_url

RUN_ID = "manual__2026-11-26T10:00:00+00:00"
RUN = "dags/migrate_to_cce/runs/manual__2026-11-26T10%3A00%3A00%2B00%3A00"


def test_a_run_has_its_pages_below_the_root_of_airflow() -> None:
    assert run_url("migrate_to_cce", RUN_ID) == f"{RUN}/plugin/migration"
    assert report_url("migrate_to_cce", RUN_ID) == f"{RUN}/plugin/migration_report"
    assert actions_url("migrate_to_cce", RUN_ID) == f"{RUN}/required_actions"


def test_an_item_is_found_by_its_phase_and_key_whatever_its_key_holds() -> None:
    address = item_url("migrate_to_cce", RUN_ID, "swr_image_sync", "registry.lab/shop/web:1#2 ü")
    assert (
        address == f"{RUN}/plugin/migration#items/swr_image_sync/registry.lab%2Fshop%2Fweb%3A1%232%20%C3%BC"
    )
