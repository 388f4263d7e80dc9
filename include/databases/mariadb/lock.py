"""Hold a database's lock in the target server for as long as this program is there, and not much longer.

MariaDB gives the locks of a session back when it ends; of a client that is gone without a word it hears after two hours. So the session is
one that the server ends when it says nothing for a while, and it says something all the time.
"""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager

from include.connections import DatabaseAccess
from include.databases.mariadb.session import session, value
from include.databases.mariadb.talking import talking
from include.errors import TemporaryError

logger = logging.getLogger(__name__)

SECONDS_FOR_LOCK = 60
SECONDS_UNTIL_GONE = 50
# Lock names have at most 64 characters, like names of databases.
TAKE = "select get_lock(left(concat('cce ', %s), 64), %s)"


@contextmanager
def hold_lock(target: DatabaseAccess, database: str) -> Generator[None]:
    """Hold a named lock; it ends with the session, however that ends.

    :raises TemporaryError: when another try holds it for too long.
    """
    with session(target) as connection:
        if not value(connection, TAKE, database, SECONDS_FOR_LOCK):
            raise TemporaryError(
                f"database {database}, target {target.address}: another try is copying into it; "
                "wait for it, or end its session there"
            )
        with connection.cursor() as cursor:
            cursor.execute(f"set wait_timeout = {SECONDS_UNTIL_GONE}")
        with talking(connection, lambda error: _tell_of_loss(database, error)):
            yield


def _tell_of_loss(database: str, error: Exception) -> None:
    logger.warning("The lock of database %s on the target is lost: %s", database, error)
