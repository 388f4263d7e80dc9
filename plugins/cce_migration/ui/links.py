"""Name the addresses of the migration's pages, for links from elsewhere.

All are relative to the root that Airflow is served under: Airflow's own pages name that root as the base of their links, and
a message to the outside puts `[api] base_url` in front.
"""

from __future__ import annotations

from urllib.parse import quote

MIGRATION = "migration"
REPORT = "migration_report"
OVERVIEW = "migrations"


def run_url(dag_id: str, run_id: str) -> str:
    """Return the address of a run's migration page, e.g. `dags/migrate_to_cce/runs/manual__1/plugin/migration`."""
    return f"{_run(dag_id, run_id)}/plugin/{MIGRATION}"


def item_url(dag_id: str, run_id: str, phase: str, key: str) -> str:
    """Return the address of one item on its run's page; `key` is the plan's key of the item."""
    return f"{run_url(dag_id, run_id)}#items/{quote(phase, safe='')}/{quote(key, safe='')}"


def report_url(dag_id: str, run_id: str) -> str:
    """Return the address of a run's report, or of its plan while it has done nothing yet."""
    return f"{_run(dag_id, run_id)}/plugin/{REPORT}"


def actions_url(dag_id: str, run_id: str) -> str:
    """Return the address of the page on which Airflow asks for a run's approvals."""
    return f"{_run(dag_id, run_id)}/required_actions"


def overview_url() -> str:
    """Return the address of the page with all migrations."""
    return f"plugin/{OVERVIEW}"


def _run(dag_id: str, run_id: str) -> str:
    return f"dags/{quote(dag_id, safe='')}/runs/{quote(run_id, safe='')}"
