"""End what a killed try left running in the target server: an index that it is making would be made beside the retry's."""

from __future__ import annotations

import logging
import time
from contextlib import suppress

from include.connections import DatabaseAccess
from include.databases.mariadb.session import rows, session
from include.errors import TemporaryError

logger = logging.getLogger(__name__)

SECONDS_TO_END = 30
# Stands in every statement that goes on when its client is gone.
MARK = "/* cce-migration copies */"
LEFT = """select id from information_schema.processlist where db = %s and user = substring_index(user(), '@', 1)
    and id <> connection_id() and info like concat(%s, '%%')"""


def end_left_sessions(target: DatabaseAccess, database: str) -> None:
    """End this program's statements in a database of the target. Call it with the target's lock: nobody else has any then.

    :raises TemporaryError: when one does not end.
    """
    import pymysql

    deadline = time.monotonic() + SECONDS_TO_END
    with session(target) as connection:
        while left := rows(connection, LEFT, database, MARK):
            if time.monotonic() > deadline:
                raise TemporaryError(
                    f"database {database}, target {target.address}: statements of a former try do not end; end them there"
                )
            for (number,) in left:
                logger.info("Ending session %s of a former try", number)
                # One that has ended by itself is unknown by now.
                with suppress(pymysql.err.MySQLError), connection.cursor() as cursor:
                    cursor.execute(f"kill {int(number)}")
            time.sleep(0.2)
