"""Registers what the migration adds to Airflow: the only file that Airflow's plugin loader executes."""

from __future__ import annotations

from typing import Any, ClassVar

from airflow.plugins_manager import AirflowPlugin

from cce_migration.ui import report_tab


class CceMigrationPlugin(AirflowPlugin):
    """The report of a run as a tab of its page."""

    name = "cce_migration"
    fastapi_apps: ClassVar[list[dict[str, Any]]] = [
        {"app": report_tab.app, "url_prefix": report_tab.PREFIX, "name": "CCE Migration"}
    ]
    external_views: ClassVar[list[dict[str, str]]] = [report_tab.tab()]
