"""What the pages ask for, as JSON: only users who may read a DAG see its runs."""

from __future__ import annotations

from dataclasses import asdict
from mimetypes import guess_type
from typing import Annotated, Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.common.db.common import SessionDep
from airflow.api_fastapi.core_api.security import GetUserDep, requires_access_dag
from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import StreamingResponse

from cce_migration.ui.answers import answer
from cce_migration.ui.dag_runs import KnownRun, find_dag_run, latest_runs
from cce_migration.ui.links import actions_url, overview_url, report_url, run_url
from include.live import Choice, Page, RunView, find_file, list_files, open_view

CHUNK = 1 << 20
readers = [Depends(requires_access_dag("GET"))]
router = APIRouter(prefix="/api")


def known_run(dag_id: str, run_id: str, session: SessionDep) -> KnownRun:
    """Return the run that is asked about.

    :raises HTTPException: 404 when Airflow has no such run of a migration.
    """
    found = find_dag_run(session, dag_id, run_id)
    if found is None:
        raise HTTPException(404, f"DAG {dag_id} has no run {run_id} of a migration")
    return found


def opened_view(run: Annotated[KnownRun, Depends(known_run)]) -> RunView:
    """Return the view of a run that has begun.

    :raises HTTPException: 404 while it has no record.
    """
    if run.folder is None:
        raise HTTPException(404, f"run {run.run_id} has no record yet: its first task writes it")
    return open_view(run.folder)


def readable_dags(user: GetUserDep) -> set[str]:
    """Return the DAGs that the user may read; to be asked only by who has logged in."""
    return set(get_auth_manager().get_authorized_dag_ids(user=user, method="GET"))


def choice(
    text: str = "", by: str = "", descending: bool = False, offset: int = 0, limit: int = 100
) -> Choice:
    """Return what a list is asked for, but for what its fields have to equal."""
    return Choice(text=text, by=by, descending=descending, offset=offset, limit=limit)


RunDep = Annotated[KnownRun, Depends(known_run)]
ViewDep = Annotated[RunView, Depends(opened_view)]
ChoiceDep = Annotated[Choice, Depends(choice)]


@router.get("/run", dependencies=readers)
def run(request: Request, known: RunDep) -> Response:
    """Return how a run stands; `view` is null while it has no record."""
    view = open_view(known.folder).summary(known.situation) if known.folder else None
    return answer(request, {"run": known.as_dict(), "links": _links(known), "view": view})


@router.get("/items", dependencies=readers)
def items(
    request: Request,
    known: RunDep,
    view: ViewDep,
    wanted: ChoiceDep,
    phase: str = "",
    state: str = "",
    kind: str = "",
) -> Response:
    """Return a page of a run's items."""
    chosen = _with(wanted, phase=phase, state=state, kind=kind)
    return _page(request, view.items(known.situation, chosen))


@router.get("/item", dependencies=readers)
def item(request: Request, known: RunDep, view: ViewDep, phase: str, key: str) -> Response:
    """Return everything known of one item."""
    found = view.item(known.situation, phase, key)
    if found is None:
        raise HTTPException(404, f"run {known.run_id} has no item {key} in phase {phase}")
    return answer(request, found)


@router.get("/findings", dependencies=readers)
def findings(
    request: Request, known: RunDep, view: ViewDep, wanted: ChoiceDep, severity: str = "", rule: str = ""
) -> Response:
    """Return a page of a run's findings."""
    return _page(request, view.findings(known.situation, _with(wanted, severity=severity, rule=rule)))


@router.get("/changes", dependencies=readers)
def changes(request: Request, view: ViewDep, wanted: ChoiceDep) -> Response:
    """Return a page of the objects that the adaptation changed."""
    return _page(request, view.changes(wanted))


@router.get("/trend", dependencies=readers)
def trend(request: Request, view: ViewDep) -> Response:
    """Return the rehearsals of the run's migration."""
    return answer(request, {"rehearsals": view.trend()})


@router.get("/files", dependencies=readers)
def files(request: Request, view: ViewDep) -> Response:
    """Return what can be downloaded."""
    return answer(request, {"files": list_files(view.folder)})


@router.get("/file", dependencies=readers)
def file(view: ViewDep, name: str) -> Response:
    """Return one listed file, to be kept and never to be shown: it may hold anything."""
    path = find_file(view.folder, name)
    if path is None:
        raise HTTPException(404, f"the run has no file {name}")
    headers = {
        "Content-Disposition": f'attachment; filename="{path.name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "Content-Length": str(path.stat().st_size),
    }
    return StreamingResponse(
        _chunks(path), media_type=guess_type(path.name)[0] or "application/octet-stream", headers=headers
    )


@router.get("/overview")
def overview(
    request: Request, session: SessionDep, readable: Annotated[set[str], Depends(readable_dags)]
) -> Response:
    """Return the latest runs of all migrations, of the DAGs that the user may read."""
    runs = [_short(known) for known in latest_runs(session, readable)]
    return answer(request, {"runs": runs})


def _short(known: KnownRun) -> dict[str, Any]:
    view = open_view(known.folder).short(known.situation) if known.folder else None
    return {"run": known.as_dict(), "links": _links(known), "view": view}


def _links(known: KnownRun) -> dict[str, str]:
    place = (known.dag_id, known.run_id)
    return {
        "run": run_url(*place),
        "report": report_url(*place),
        "actions": actions_url(*place),
        "overview": overview_url(),
    }


def _with(wanted: Choice, **equal: str) -> Choice:
    return Choice(**{**asdict(wanted), "equal": equal})


def _page(request: Request, page: Page) -> Response:
    return answer(request, {"rows": page.rows, "total": page.total, "counts": page.counts})


def _chunks(path: Any) -> Any:
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk
