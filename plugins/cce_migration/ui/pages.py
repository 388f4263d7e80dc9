"""Pages that the API server shows inside Airflow's own."""

from __future__ import annotations

from html import escape
from pathlib import Path

from airflow.api_fastapi.core_api.security import GetUserDep, requires_access_dag
from fastapi import Depends, FastAPI, Response
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from cce_migration.runs import ledger_root
from cce_migration.ui.api import router
from include.report import find_report

STATIC = Path(__file__).parent / "static"
# The report needs no script and no other file; nothing that an item's name might smuggle in is run.
REPORT_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Cache-Control": "no-store",
}
# Everything comes from this server, and nothing stands in the page itself: no data can become a script or a style.
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "Cache-Control": "no-cache",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
NOTHING_YET = """<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="10"><title>No report yet</title>
<body style="font-family: sans-serif; margin: 2rem; color: #555"><p>Run <code>{run_id}</code> has no report yet.
Its plan is shown here once it is made, and its report at the end of the run, whatever the end; this page looks every ten seconds.</p>"""


class FreshFiles(StaticFiles):
    """Have a browser ask whether a file is still the same: those of an old version would not fit each other."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file, not to be taken from a cache unasked."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


app = FastAPI(title="CCE Migration", openapi_url=None)
app.include_router(router)
app.mount("/static", FreshFiles(directory=STATIC))


@app.get("/run", dependencies=[Depends(requires_access_dag("GET"))])
def run(dag_id: str, run_id: str) -> FileResponse:
    """Return the page of a run, which asks for its content itself."""
    return FileResponse(STATIC / "run.html", headers=PAGE_HEADERS)


@app.get("/overview")
def overview(user: GetUserDep) -> FileResponse:
    """Return the page of all migrations, to everybody who has logged in: it asks for what this user may see."""
    return FileResponse(STATIC / "overview.html", headers=PAGE_HEADERS)


@app.get("/report/{dag_id}/{run_id:path}", dependencies=[Depends(requires_access_dag("GET"))])
def report(dag_id: str, run_id: str) -> HTMLResponse:
    """Return a run's report.html, to users who may read the DAG."""
    page = find_report(ledger_root(), run_id)
    return HTMLResponse(page or NOTHING_YET.format(run_id=escape(run_id)), headers=REPORT_HEADERS)
