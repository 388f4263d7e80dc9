"""Prepare a PostgreSQL server for a database that DRS makes in it, and complete what DRS leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from include.databases.jobs import DatabaseJob


def make_room(job: DatabaseJob) -> None:
    """Carry the roles over, which DRS leaves as they are, and drop what there is of the database: DRS refuses one that exists."""
    from include.databases.postgresql.creation import drop_database
    from include.databases.postgresql.roles import ensure_roles
    from include.databases.postgresql.session import session

    drop_database(job.engine.target, job.engine.database)
    with session(job.engine.source, job.engine.database) as source, session(job.engine.target) as target:
        ensure_roles(source, target)


def complete(job: DatabaseJob) -> None:
    """Give the database the source's owner, rights and settings, and make the planner's statistics."""
    from include.databases.postgresql.creation import copy_properties
    from include.databases.postgresql.session import session

    engine = job.engine
    with session(engine.source, engine.database) as source, session(engine.target) as target:
        copy_properties(source, target, engine.database)
    with session(engine.target, engine.database) as target:
        target.execute("analyze")
