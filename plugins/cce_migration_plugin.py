"""Registers what the migration adds to Airflow: the only file that Airflow's plugin loader executes."""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin


class CceMigrationPlugin(AirflowPlugin):
    """The CCE migration."""

    name = "cce_migration"
