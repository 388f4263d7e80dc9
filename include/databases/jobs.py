"""Bind one planned database to its servers and to the record of its copy."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from include.databases.engine import DatabaseEngineCopier
from include.databases.fingerprint import Fingerprint
from include.databases.states import CopyState, Stage
from include.errors import PermanentError
from include.ledger import safe_key
from include.ledger.records import now
from include.planning.model import PlanItem, load_plan
from include.turning_back import PHASE as BACK_PHASE

if TYPE_CHECKING:
    from include.connections import DatabaseAccess
    from include.definition import Database
    from include.progress import Record
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

PHASE = "rds_dump_restore"
FOLDER = "databases"


class CopyRecord(BaseModel):
    """Record what was copied: the source's fingerprint of that moment.

    `final` says that the source's writers stood still; `handed_over` is the moment at which the target took over in
    an earlier run, after which nothing is copied any more. In mode `follow`, `prepared` is from where on the source keeps its
    changes, and `position` where its log was at the copy's moment.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    at: str
    final: bool
    handed_over: str | None = None
    handed_over_digest: str | None = None
    fingerprint: Fingerprint
    prepared: str = ""
    position: str = ""


@dataclass(frozen=True)
class DatabaseJob:
    """Copy or prove one database."""

    run: MigrationRun
    item: PlanItem
    database: Database
    engine: DatabaseEngineCopier

    @property
    def label(self) -> str:
        """Name the database in messages."""
        return f"database {self.database.name} ({self.database.engine} {self.database.database})"

    def read_record(self) -> CopyRecord | None:
        """Return what this run copied so far."""
        name = f"{FOLDER}/{safe_key(self.item.key)}"
        if not self.run.ledger.exists(name):
            return None
        return CopyRecord.model_validate(self.run.ledger.read(name))

    def write_record(
        self,
        fingerprint: Fingerprint,
        *,
        final: bool,
        handed_over: CopyState | None = None,
        prepared: str = "",
        position: str = "",
    ) -> None:
        """Record what was copied."""
        record = CopyRecord(
            key=self.item.key,
            at=now(),
            final=final,
            handed_over=handed_over.moment if handed_over else None,
            handed_over_digest=handed_over.digest if handed_over else None,
            fingerprint=fingerprint,
            prepared=prepared,
            position=position,
        )
        self.run.ledger.write(f"{FOLDER}/{safe_key(self.item.key)}", record)

    def write_state(self, stage: Stage, digest: str) -> None:
        """Keep on the target server how far the copy is."""
        state = CopyState(
            self.database.database, self.run.definition.name, self.run.run_id, stage, digest, now()
        )
        self.engine.write_state(state)


def open_job(run: MigrationRun, key: str) -> DatabaseJob:
    """Return the job of a planned database; no server is asked yet.

    :raises PermanentError: when the definition does not name it.
    """
    item = load_plan(run.ledger).item(PHASE, key)
    database = next((one for one in run.definition.databases if one.name == item.details["name"]), None)
    if database is None:
        raise PermanentError(f"database {key}: the definition does not name it any more; make the plan again")
    return DatabaseJob(run, item, database, engine_of(run, database))


def engine_of(run: MigrationRun, database: Database) -> DatabaseEngineCopier:
    """Return what copies a database of the definition."""
    source = run.connections.database(database.source, database.engine)
    target = run.connections.target_database(database)
    record = partial(run.ledger.record_progress, PHASE, database.name)
    return _copier(database, source, target, record)


def turned_engine(job: DatabaseJob) -> DatabaseEngineCopier:
    """Return what copies a database from its target to its source."""
    record = partial(job.run.ledger.record_progress, BACK_PHASE, job.database.name)
    return _copier(job.database, job.engine.target, job.engine.source, record, is_turned=True)


def _copier(
    database: Database,
    source: DatabaseAccess,
    target: DatabaseAccess,
    record: Record,
    *,
    is_turned: bool = False,
) -> DatabaseEngineCopier:
    if database.engine == "postgresql":
        from include.databases.postgresql.copier import PostgresqlCopier

        return PostgresqlCopier(source, target, database.database, record)
    from include.databases.mariadb.copier import MariadbCopier

    return MariadbCopier(
        source, target, database.database, record, definers=database.definers, is_turned=is_turned
    )
