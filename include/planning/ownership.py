"""Mark targets as this migration's own, so that a second run knows them and no other migration takes them.

Buckets carry a marker object; databases are claimed by a row in a database of ours on their server.
"""

from __future__ import annotations

import json
from typing import Any

from include.connections import DatabaseAccess
from include.planning.database_client import one_value
from include.planning.server_notes import NOTES, has_notes, open_notes

MARKER_PREFIX = ".cce-migration"
# Velero refuses a bucket with folders it does not know; a file at the top is none.
MARKER_KEY = ".cce-migration-{migration}.json"
CLAIM_TABLE = "owned_databases"


def marker_key(migration: str) -> str:
    """Return the key of a migration's marker object."""
    return MARKER_KEY.format(migration=migration)


def is_marker(key: str) -> bool:
    """Say whether an object is a marker, which no copy and no comparison of a bucket may count."""
    return key.startswith(MARKER_PREFIX)


def mark_bucket(client: Any, bucket: str, migration: str) -> None:
    """Write the marker object."""
    body = json.dumps({"owner": "cce-migration", "migration": migration}).encode()
    client.put_object(Bucket=bucket, Key=marker_key(migration), Body=body, ContentType="application/json")


def is_database_ours(access: DatabaseAccess, name: str, migration: str) -> bool:
    """Say whether a database carries this migration's mark: a claim on its server."""
    if not has_notes(access):
        return False
    has_table = one_value(
        access,
        "select count(*) from information_schema.tables where table_schema = %s and table_name = %s",
        NOTES,
        CLAIM_TABLE,
        database=NOTES,
    )
    query = f"select count(*) from {NOTES}.{CLAIM_TABLE} where name = %s and migration = %s"
    return bool(has_table and one_value(access, query, name, migration, database=NOTES))


def mark_database(access: DatabaseAccess, name: str, migration: str) -> None:
    """Mark a database as this migration's; it need not exist yet.

    The claim lies beside the database: so it can be made before the copy makes the database, and a copy that drops
    and makes it anew does not lose it.
    """
    with open_notes(access) as cursor:
        cursor.execute(
            f"create table if not exists {NOTES}.{CLAIM_TABLE} "
            "(name varchar(64) primary key, migration varchar(63) not null)"
        )
        cursor.execute(f"delete from {NOTES}.{CLAIM_TABLE} where name = %s", (name,))
        cursor.execute(
            f"insert into {NOTES}.{CLAIM_TABLE} (name, migration) values (%s, %s)", (name, migration)
        )
