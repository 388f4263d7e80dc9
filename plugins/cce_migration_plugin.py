"""Registers what the migration adds to Airflow: the only file that Airflow's plugin loader executes."""

from __future__ import annotations

from typing import Any, ClassVar

from airflow.plugins_manager import AirflowPlugin

from cce_migration.ui import report_tab, views


class CceMigrationPlugin(AirflowPlugin):
    """The migration and the report of a run as tabs of its page, and all migrations as an entry of the navigation."""

    name = "cce_migration"
    fastapi_apps: ClassVar[list[dict[str, Any]]] = [
        {"app": report_tab.app, "url_prefix": report_tab.PREFIX, "name": "CCE Migration"}
    ]
    external_views: ClassVar[list[dict[str, Any]]] = [
        views.migration_tab(),
        report_tab.tab(),
        views.overview_entry(),
    ]
