"""All registries accept their login."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from include.errors import ConnectionDetailsError, MigrationError
from include.planning.registry import Registry

if TYPE_CHECKING:
    from include.run import MigrationRun


def find_problems(run: MigrationRun) -> Iterator[str]:
    """Yield registries that do not answer or refuse the login."""
    images = run.definition.images
    places = [(f"images.sources.{host}", connection) for host, connection in images.sources.items()]
    for place, connection in [*places, ("images.target.connection", images.target.connection)]:
        try:
            registry = Registry(run.connections.registry(connection))
        except ConnectionDetailsError:
            continue
        try:
            registry.check_login()
        except MigrationError as error:
            yield f"{place} (connection {connection}): {error}"
        finally:
            registry.close()
