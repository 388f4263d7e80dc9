"""Look runs of migrations up in Airflow's database, and their records in the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.models import DagModel, DagRun
from airflow.models.dag import DagTag
from sqlalchemy import select

from cce_migration.runs import chosen_definition, ledger_root
from include.live import Situation, find_run
from include.past_runs import continued_folder
from include.report.document import Kind

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from upath import UPath

# Every DAG of ours has it: runs of others may have the same id, those of one schedule do.
TAG = "cce"
LIVE_STATES = frozenset({"queued", "running"})
KINDS: Sequence[tuple[str, Kind]] = (("assess", "assessment"), ("rehearse", "rehearsal"))
MOST_RUNS = 200


@dataclass(frozen=True)
class KnownRun:
    """Be a DAG run with its record; `folder` is None while it has none."""

    dag_id: str
    run_id: str
    state: str
    started: str | None
    finished: str | None
    folder: UPath | Path | None

    @property
    def situation(self) -> Situation:
        """Return what the ledger does not know: what it is meant as, and whether it goes on."""
        kinds: Iterator[Kind] = (kind for prefix, kind in KINDS if self.dag_id.startswith(prefix))
        return Situation(kind=next(kinds, "migration"), is_live=self.state in LIVE_STATES)

    def as_dict(self) -> dict[str, Any]:
        """Return what Airflow knows of it as plain JSON."""
        names = ("dag_id", "run_id", "state", "started", "finished")
        return {name: getattr(self, name) for name in names}


def find_dag_run(session: Session, dag_id: str, run_id: str) -> KnownRun | None:
    """Return a run of one of our DAGs, or None."""
    wanted = _ours().where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)
    run = session.scalar(wanted)
    return None if run is None else _known(run)


def latest_runs(session: Session, dag_ids: set[str]) -> list[KnownRun]:
    """Return the latest runs of those of our DAGs that are in `dag_ids`, the latest first."""
    wanted = _ours().where(DagRun.dag_id.in_(dag_ids)).order_by(DagRun.run_after.desc()).limit(MOST_RUNS)
    return [_known(run) for run in session.scalars(wanted)]


def _ours() -> Any:
    tagged = select(DagTag.dag_id).where(DagTag.name == TAG)
    return select(DagRun).join(DagModel, DagModel.dag_id == DagRun.dag_id).where(DagRun.dag_id.in_(tagged))


def _known(run: DagRun) -> KnownRun:
    return KnownRun(
        dag_id=run.dag_id,
        run_id=run.run_id,
        state=str(getattr(run.state, "value", run.state)),
        started=_written(run.start_date),
        finished=_written(run.end_date),
        folder=_folder(run),
    )


def _folder(run: DagRun) -> UPath | Path | None:
    """Return where the record lies: a run that goes on with a past one, such as a rollback, keeps it there."""
    params = run.conf or {}
    definition = (
        chosen_definition(params) if params.get("definition") or params.get("definition_file") else None
    )
    found = find_run(ledger_root(), params.get("migration_run") or run.run_id, definition)
    # Left empty, the form's field means the latest run: only the ledger knows which that was.
    return found or continued_folder(ledger_root(), f"{run.dag_id}/{run.run_id}")


def _written(moment: Any) -> str | None:
    return moment.isoformat(timespec="milliseconds") if moment else None
