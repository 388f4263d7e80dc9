"""The part that fills the source's databases: PostgreSQL `shop` and MariaDB `stock`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from lab import addresses
from lab.estate import postgres_load, stock_load
from lab.parts import Program


class DatabasesLoaded:
    """Makes the databases with their roles and rows, unless they are there."""

    name = "databases-loaded"
    depends_on = ("source-postgres", "source-mariadb")
    address = f"{addresses.SOURCE_POSTGRES_HOST}, {addresses.SOURCE_MARIADB_HOST}"

    def prepare(self) -> None:
        """Load what is missing, both servers at once."""
        with ThreadPoolExecutor(2) as pool:
            for loading in [pool.submit(postgres_load.load), pool.submit(stock_load.load)]:
                loading.result()

    def programs(self) -> list[Program]:
        """Return nothing: the servers are parts of their own."""
        return []

    def is_ready(self) -> bool:
        """Say whether the applications' own logins see their tables."""
        return postgres_load.is_loaded() and stock_load.is_loaded()

    def finish(self) -> None:
        """Do nothing more."""
