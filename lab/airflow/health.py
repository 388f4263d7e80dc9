"""Whether Airflow works: each of its programs by its own word, and every DAG file read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx

from lab.airflow import places
from lab.airflow.rest import RestClient

_DEFINES_DAG = re.compile(r"^@dag\b|\bDAG\(", re.MULTILINE)
# what the health report calls them -> the program
_PROGRAMS = {
    "scheduler": "airflow-scheduler",
    "triggerer": "airflow-triggerer",
    "dag_processor": "airflow-dag-processor",
}


def is_healthy(report: dict[str, Any]) -> bool:
    """Say whether the database and every program report themselves healthy."""
    return all((report.get(name) or {}).get("status") == "healthy" for name in ("metadatabase", *_PROGRAMS))


def stuck_programs() -> list[str]:
    """Return the programs that work no more although they may still run.

    A scheduler that lost its database lives on without scheduling, which no supervisor sees. Nothing is returned
    when the API server or the database does not answer: what just starts is not stuck.
    """
    try:
        with RestClient() as client:
            report = client.health()
    except (httpx.HTTPError, ValueError):
        return []
    if (report.get("metadatabase") or {}).get("status") != "healthy":
        return []
    return [program for name, program in _PROGRAMS.items() if _has_stopped(report.get(name) or {})]


def _has_stopped(state: dict[str, Any]) -> bool:
    was_there = any(value for name, value in state.items() if name.startswith("latest_"))
    return was_there and state.get("status") != "healthy"


def unread_files(client: RestClient) -> list[str]:
    """Return the DAG files that Airflow has neither read nor found an error in."""
    expected = dag_files()
    if not expected:
        return []
    read = {Path(dag["fileloc"]).name for dag in client.pages("/dags", "dags", exclude_stale=True)}
    faulty = {Path(error["filename"]).name for error in client.pages("/importErrors", "import_errors")}
    return sorted({path.name for path in expected} - read - faulty)


def dag_files() -> list[Path]:
    """Return the files of the DAG folder that plainly define a DAG."""
    return [path for path in sorted(places.DAGS.glob("*.py")) if _DEFINES_DAG.search(path.read_text())]
