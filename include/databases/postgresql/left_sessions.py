"""End what a killed try left running in the target server: an index that it is making would be made beside the retry's."""

from __future__ import annotations

import logging
import time

from include.connections import DatabaseAccess
from include.databases.postgresql.session import APPLICATION, rows, session, value
from include.errors import TemporaryError

logger = logging.getLogger(__name__)

SECONDS_TO_END = 30
LEFT = """select pid from pg_stat_activity where datname = %s and application_name = %s and usename = current_user
    and pid <> pg_backend_pid()"""


def end_left_sessions(target: DatabaseAccess, database: str) -> None:
    """End this program's sessions in a database of the target. Call it with the target's lock: nobody else has any then.

    :raises TemporaryError: when one does not end.
    """
    deadline = time.monotonic() + SECONDS_TO_END
    with session(target) as connection:
        while left := rows(connection, LEFT, database, APPLICATION):
            if time.monotonic() > deadline:
                raise TemporaryError(
                    f"database {database}, target {target.address}: sessions of a former try do not end; end them there"
                )
            for (pid,) in left:
                logger.info("Ending session %s of a former try", pid)
                value(connection, "select pg_terminate_backend(%s)", pid)
            time.sleep(0.2)
