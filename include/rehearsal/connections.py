"""Give a rehearsal its scratch servers in the place of the target's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from include.cloud.instances import instance_address
from include.connections import DatabaseAccess

if TYPE_CHECKING:
    from include.connections import Connections
    from include.connections.access import DatabaseEngine
    from include.definition import Database, Definition


def scratch_connections(connections: Connections, definition: Definition) -> Connections:
    """Return connections that never lead to the target's own database servers.

    :param definition: the rehearsal's own.
    """
    return cast("Connections", ScratchConnections(connections, definition))


class ScratchConnections:
    """Pass on what the real connections say, but for servers that a rehearsal makes.

    Of an entry with `rds` the connection's host is the real instance's: the login is taken, the address asked of the cloud.
    """

    def __init__(self, connections: Connections, definition: Definition) -> None:
        self._connections = connections
        self._without_host = {one.target for one in definition.databases if one.rds is not None}

    def __getattr__(self, name: str) -> object:
        return getattr(self._connections, name)

    def has_host(self, connection_id: str) -> bool:
        """Say whether a connection says where its server is; of one that stands for a scratch instance it does not."""
        return connection_id not in self._without_host and self._connections.has_host(connection_id)

    def host_of(self, connection_id: str) -> str:
        """Return the host of a connection."""
        return "" if connection_id in self._without_host else self._connections.host_of(connection_id)

    def database(self, connection_id: str, engine: DatabaseEngine) -> DatabaseAccess:
        """Return access to a server.

        :raises ConnectionDetailsError: for a connection that leads to the real target.
        """
        if connection_id in self._without_host:
            from include.errors import ConnectionDetailsError

            raise ConnectionDetailsError(
                f"connection {connection_id}: leads to the migration's own target; a rehearsal asks the cloud for its instance",
                connection_id=connection_id,
            )
        return self._connections.database(connection_id, engine)

    def target_database(self, database: Database) -> DatabaseAccess:
        """Return access to the scratch server of an entry."""
        if database.rds is None:
            return self._connections.target_database(database)
        user, password = self._connections.database_login(database.target, database.engine)
        host, port = instance_address(self._connections.cloud(database.rds.connection), database.rds)
        return DatabaseAccess(engine=database.engine, host=host, port=port, user=user, password=password)
