"""Where Airflow's own pages show ours: tabs of a run's page, and an entry of the navigation."""

from __future__ import annotations

from typing import Any

from cce_migration.ui.links import MIGRATION, OVERVIEW
from cce_migration.ui.report_tab import PREFIX

# Airflow fills the ids in as one encoded part of an address each: whatever they hold stays in its place.
RUN = "run?dag_id={DAG_ID}&run_id={RUN_ID}"


def migration_tab() -> dict[str, Any]:
    """Return the tab in which a run is watched."""
    return {
        "name": "Migration",
        "href": f"{PREFIX.lstrip('/')}/{RUN}",
        "destination": "dag_run",
        "url_route": MIGRATION,
    }


def overview_entry() -> dict[str, Any]:
    """Return the entry of the navigation that leads to all migrations."""
    static = f"{PREFIX.lstrip('/')}/static"
    return {
        "name": "Migrations",
        "href": f"{PREFIX.lstrip('/')}/overview",
        "destination": "nav",
        "url_route": OVERVIEW,
        "nav_top_level": True,
        "icon": f"{static}/icon.svg",
        "icon_dark_mode": f"{static}/icon-dark.svg",
    }
