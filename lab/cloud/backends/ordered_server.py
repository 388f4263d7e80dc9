"""A database server of the lab that is started when it is ordered: a part of the lab."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from lab import paths
from lab.cloud import orders
from lab.cloud.backends.database_server import DatabaseServer, Place
from lab.services.administrators import keep_password, password_of, was_made


@dataclass(frozen=True)
class OrderedServer:
    """A part that is a database server; `own_password` is the one it has if nobody ordered it."""

    part: str
    engine: str
    installed_version: Callable[[], str]
    address: str
    port: int
    session: Callable[[Place], DatabaseServer]
    own_password: str = field(repr=False)
    user: str = "root"

    @cached_property
    def version(self) -> str:
        """Return the version of the programs on this machine."""
        return self.installed_version()

    def is_there(self) -> bool:
        """Say whether its data were made."""
        return was_made(self.part)

    def make(self, password: str) -> None:
        """Start the part with this password for its administrator, and wait until it is ready."""
        keep_password(self.part, password)
        orders.start_part(self.part)

    def remove(self) -> None:
        """End the part and remove its data."""
        orders.end_part(self.part)
        shutil.rmtree(paths.DATA / self.part, ignore_errors=True)

    def open(self) -> DatabaseServer:
        """Return its administrator's session."""
        password = password_of(self.part, self.own_password)
        return self.session(Place(self.address, self.port, self.user, password))
