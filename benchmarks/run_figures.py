"""Figures of the newest run: its report, its task instances, and the time the DAG files take to parse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from lab import addresses
from lab.paths import LAB

ROOT = Path(__file__).resolve().parent.parent


def newest_report() -> dict[str, Any]:
    """Read the report that was written last."""
    reports = sorted(LAB.glob("ledger/*/*/report.json"), key=lambda path: path.stat().st_mtime)
    return json.loads(reports[-1].read_text())


def task_instances(run_id: str) -> list[tuple[datetime, datetime]]:
    """Give start and end of each task instance of a run that ran."""
    secrets = json.loads((LAB / "secrets.json").read_text())
    with psycopg.connect(
        host=addresses.LAB_POSTGRES, dbname="airflow", user="airflow", password=secrets["airflow_db_password"]
    ) as connection:
        query = "select start_date, end_date from task_instance where run_id = %s and end_date is not null"
        return [(started, ended) for started, ended in connection.execute(query, (run_id,)) if started]


def dag_parse_seconds() -> float:
    """Import both DAG files in a fresh process that has Airflow loaded, and give the seconds that took."""
    code = (
        "import time, airflow.sdk, airflow.providers.standard.operators.hitl; start = time.monotonic(); "
        "import migrate_to_cce, assess_source; print(time.monotonic() - start)"
    )
    path = os.pathsep.join(str(ROOT / folder) for folder in ("", "plugins", "dags"))
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env={**os.environ, "PYTHONPATH": path, "AIRFLOW_HOME": str(LAB / "airflow")},
        text=True,
        capture_output=True,
        check=True,
    )
    parsed = float(done.stdout.split()[-1])
    assert parsed < time.monotonic() - started
    return parsed
