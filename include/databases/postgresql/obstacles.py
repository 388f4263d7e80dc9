"""Find what stands in the way of a PostgreSQL database, or does not travel with it."""

from __future__ import annotations

from collections.abc import Iterator

from include.connections import DatabaseAccess
from include.databases.obstacles import Obstacle
from include.databases.postgresql.rules import (
    connections,
    extensions,
    left_behind,
    readable,
    roles,
    texts,
    versions,
)
from include.databases.postgresql.rules.sides import Rule, Sides
from include.databases.postgresql.session import session

RULES: tuple[Rule, ...] = (
    versions.old_source,
    readable.unreadable_tables,
    readable.hidden_rows,
    readable.large_objects_of_others,
    readable.huge_large_objects,
    extensions.missing_extensions,
    extensions.lower_extensions,
    extensions.untrusted_extensions,
    roles.roles_that_differ,
    roles.lacking_rights,
    roles.owners_without_a_place,
    roles.unreadable_passwords,
    roles.lost_attributes,
    roles.definers,
    texts.missing_locale,
    texts.missing_collations,
    texts.other_sort_order,
    texts.other_settings,
    connections.too_few_connections,
    connections.crowded_target,
    left_behind.untrusted_routines,
    left_behind.publications_of_all,
    left_behind.event_triggers,
    left_behind.subscriptions,
    left_behind.foreign_servers,
    left_behind.user_mappings,
    left_behind.prepared_transactions,
    left_behind.unlogged_tables,
    left_behind.temporary_tables,
)


def find_obstacles(source: DatabaseAccess, target: DatabaseAccess, database: str) -> Iterator[Obstacle]:
    """Yield what a person has to know before the database is copied."""
    with session(source, database) as here, session(target) as there:
        sides = Sides(here, there, database, source, target)
        for rule in RULES:
            yield from rule(sides)
