"""DRS and OMS answer the connections that are to order from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from include.cloud import Cloud
from include.cloud.drs import DrsJobs
from include.cloud.oms import OmsTasks
from include.errors import ConnectionDetailsError, MigrationError

if TYPE_CHECKING:
    from include.run import MigrationRun

# Nothing is called like this: that the service looks for it is what is asked.
NOTHING = "cce-migration-preflight"


def find_problems(run: MigrationRun) -> Iterator[str]:
    """Yield why a managed engine that the definition chooses cannot be asked: a missing right, a wrong endpoint."""
    for place, connection_id, ask in _asked(run):
        try:
            ask(Cloud(run.connections.cloud(connection_id)))
        except ConnectionDetailsError:
            # The check `connection_details` names it.
            continue
        except MigrationError as error:
            yield f"{place}: {error}"


def _asked(run: MigrationRun) -> Iterator[tuple[str, str, Callable[[Cloud], object]]]:
    for database in run.definition.databases:
        if database.drs is not None and database.rds is not None:
            place = f"databases.{database.name}.drs"
            yield place, database.rds.connection, lambda cloud: DrsJobs(cloud).find(NOTHING)
    for bucket in run.definition.buckets:
        if bucket.oms is not None:
            place = f"buckets.{bucket.name}.oms"
            yield place, bucket.oms.connection, lambda cloud: OmsTasks(cloud).find(NOTHING)
