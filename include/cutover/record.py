"""Read and change the front door's DNS record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.errors import PermanentError
from include.rehearsal.guards import refuse_in_rehearsal
from include.zones import RecordSet, Zone, open_zone

if TYPE_CHECKING:
    from include.definition import Dns
    from include.run import MigrationRun


def read_record(run: MigrationRun) -> list[RecordSet]:
    """Ask whoever keeps the zone what the front door's record holds.

    :raises TemporaryError: when nobody answers: an empty answer would be taken for an empty record.
    """
    return front_door_zone(run).read()


def write_record(run: MigrationRun, records: list[RecordSet]) -> None:
    """Replace what the front door's record holds.

    :raises PermanentError: when it is refused.
    """
    refuse_in_rehearsal(run, f"{run.definition.front_door.title}: changing it")
    front_door_zone(run).write(records)


def front_door_zone(run: MigrationRun) -> Zone:
    """Return whoever keeps the zone of the front door's record."""
    settings = record_settings(run)
    return open_zone(run.connections, settings.connection, settings.record)


def record_settings(run: MigrationRun) -> Dns:
    """Return what the definition says of the record.

    :raises PermanentError: when it switches something else.
    """
    settings = run.definition.front_door.dns
    if settings is None:
        raise PermanentError(f"{run.definition.front_door.title}: is no DNS record; correct front_door")
    return settings
