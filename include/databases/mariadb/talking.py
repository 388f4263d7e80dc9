"""Say something on a session every few seconds, so that each end hears of the other, and know when nobody answers any more."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from include.background import in_background
from include.connections import DatabaseAccess
from include.databases.mariadb.session import session
from include.engines import Process, end_group
from include.errors import EngineError, TemporaryError

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_WORDS = 10.0


@contextmanager
def talking(connection: Any, lost: Callable[[Exception], None]) -> Generator[None]:
    """Talk on a session that nobody else uses meanwhile.

    :param lost: called once, by another thread, when the server does not answer.
    """

    def speak(is_over: threading.Event) -> None:
        import pymysql

        while not is_over.wait(SECONDS_BETWEEN_WORDS):
            try:
                connection.ping(reconnect=False)
            except pymysql.MySQLError as error:
                lost(error)
                return

    with in_background(speak, "talking"):
        yield


@contextmanager
def accompanied(process: Process, access: DatabaseAccess) -> Generator[None]:
    """Have a session keep a program company that talks to the same server, and end the program when the server is gone.

    MariaDB's own programs cannot be told to watch their connections, and wait for a silent server until the kernel gives up.

    :raises TemporaryError: in the place of the program's error, when it was ended so.
    """
    reasons: list[Exception] = []

    def end(error: Exception) -> None:
        reasons.append(error)
        end_group(process)

    with session(access) as connection:
        try:
            with talking(connection, end):
                yield
        except EngineError as error:
            if not reasons:
                raise
            raise TemporaryError(
                f"MariaDB {access.address} does not answer any more ({reasons[0]}): what it was asked for was given up; the task "
                "retries"
            ) from error
