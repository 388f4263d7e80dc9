"""Pages that the API server shows inside Airflow's own."""

from __future__ import annotations

from html import escape

from airflow.api_fastapi.core_api.security import requires_access_dag
from fastapi import Depends, FastAPI
from fastapi.responses import HTMLResponse

from cce_migration.runs import ledger_root
from include.report import find_report

# The report needs no script and no other file; nothing that an item's name might smuggle in is run.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Cache-Control": "no-store",
}
NOTHING_YET = """<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="10"><title>No report yet</title>
<body style="font-family: sans-serif; margin: 2rem; color: #555"><p>Run <code>{run_id}</code> has no report yet.
Its plan is shown here once it is made, and its report at the end of the run, whatever the end; this page looks every ten seconds.</p>"""

app = FastAPI(title="CCE Migration")


@app.get("/report/{dag_id}/{run_id:path}", dependencies=[Depends(requires_access_dag("GET"))])
def report(dag_id: str, run_id: str) -> HTMLResponse:
    """Return a run's report.html, to users who may read the DAG."""
    page = find_report(ledger_root(), run_id)
    return HTMLResponse(page or NOTHING_YET.format(run_id=escape(run_id)), headers=HEADERS)
