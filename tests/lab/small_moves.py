"""Something of a few megabytes to move in the lab, with a source and a target that no estate uses."""

from __future__ import annotations

import uuid
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from include.planning.database_client import open_database
from include.planning.storage_client import open_storage
from tests.builders.moves import SmallMove, bucket_move, database_move, image_move

from .sides import lab_documents

KINDS = ("postgresql", "mariadb", "bucket", "image")


@contextmanager
def small_move(kind: str, folder: Path) -> Generator[SmallMove]:
    """Make the source's side of something to move; both sides are removed afterwards."""
    move = _made(kind, f"small{uuid.uuid4().hex[:8]}", folder)
    try:
        yield move
    finally:
        move.connections.update(lab_documents())
        _remove(move)


def _made(kind: str, name: str, folder: Path) -> SmallMove:
    documents = lab_documents()
    if kind == "bucket":
        # the same store by another connection: OBS refuses the path style that a line of one's own needs
        documents["other_s3"] = dict(documents["source_s3"])
        return bucket_move(name, documents, {"source": "source_s3", "target": "other_s3"}, folder)
    if kind == "image":
        return image_move(name, documents, {"source": "source_registry", "target": "swr"}, folder)
    return database_move(kind, name, documents, folder)


def _remove(move: SmallMove) -> None:
    connections = move.run().connections
    if move.kind == "bucket":
        client = open_storage(connections.object_storage("source_s3"))
        for bucket in (move.name, f"{move.name}-target"):
            for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
                for row in page.get("Contents") or []:
                    client.delete_object(Bucket=bucket, Key=row["Key"])
            client.delete_bucket(Bucket=bucket)
    elif move.kind != "image":
        for connection in move.sides.values():
            access = connections.database(connection, move.kind)  # type: ignore[arg-type]
            with open_database(access) as cursor, suppress(Exception):
                cursor.execute(f"drop database {move.name}")
