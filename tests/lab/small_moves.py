"""Something of a few megabytes to move in the lab, with a source and a target that no estate uses."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from include.connections import DocumentConnections
from include.databases import copy_database, prove_database
from include.definition import Definition, load_definition
from include.images import copy_images, prove_images
from include.inventory.model import ImageUse
from include.ledger import Ledger
from include.objects import copy_bucket, prove_bucket
from include.planning.data_rows import bucket_rows, database_rows
from include.planning.database_client import open_database
from include.planning.image_rows import image_rows
from include.planning.model import DOCUMENT, Plan, PlanItem, load_plan, save_plan
from include.planning.storage_client import open_storage
from include.run import MigrationRun
from lab import addresses
from tests.builders.definitions import definition_text
from tests.contract.registry_client import SCHEMA2, Pusher, open_client

from .sides import lab_documents

KEY = "small"
ROWS = 60_000
# larger than what a line carries before it is cut: no try of a single request gets through
OBJECTS, OBJECT_SIZE = 10, 2_000_000
LAYER_SIZE = 30_000_000
# Not that of the estate, which its migration has to make.
ORGANIZATION = "small"
KINDS = ("postgresql", "mariadb", "bucket", "image")
Document = dict[str, Any]


@dataclass
class SmallMove:
    """One thing to move.

    :param connections: the Airflow connections its definition names, to be led elsewhere by a test.
    :param sides: `source` and `target` -> the id of that side's connection.
    """

    kind: str
    name: str
    connections: dict[str, Document]
    sides: dict[str, str]
    folder: Path
    plan: Callable[[MigrationRun], list[PlanItem]]
    copy_rows: Callable[[MigrationRun, list[str]], object]
    prove_rows: Callable[[MigrationRun, list[str]], object]
    change: Callable[[Document], object] = field(default=lambda document: None)

    def copy(self) -> MigrationRun:
        """Copy with the present connections, as one try of a task does; planned before the first. Return the run."""
        run = self.run()
        if not run.ledger.exists(DOCUMENT):
            save_plan(run.ledger, Plan(items=self.plan(run)))
        self.copy_rows(run, [row.key for row in load_plan(run.ledger).items()])
        return run

    def prove(self) -> None:
        """Prove what was copied.

        :raises ProofError: when it is not equal.
        """
        run = self.run()
        self.prove_rows(run, [row.key for row in load_plan(run.ledger).items()])

    def run(self) -> MigrationRun:
        """Return the run: always the same one, by its ledger."""
        definition = self._definition()
        ledger = Ledger(self.folder, definition.name, "small")
        return MigrationRun(definition, ledger, DocumentConnections(self.connections), "small")

    def _definition(self) -> Definition:
        def changed(document: Document) -> None:
            document["databases"], document["buckets"], document["checks"] = [], [], []
            self.change(document)

        return load_definition(definition_text(changed))


@contextmanager
def small_move(kind: str, folder: Path) -> Generator[SmallMove]:
    """Make the source's side of something to move; both sides are removed afterwards."""
    name = f"small{uuid.uuid4().hex[:8]}"
    makers = {"bucket": _bucket, "image": _image}
    move = makers.get(kind, _database)(kind, name, folder)
    try:
        yield move
    finally:
        move.connections.update(lab_documents())
        _remove(move)


def _database(kind: str, name: str, folder: Path) -> SmallMove:
    engine = "postgres" if kind == "postgresql" else "mariadb"
    sides = {"source": f"source_{engine}", "target": f"target_{engine}"}
    entry = {"name": KEY, "engine": kind, "database": name, **sides}
    move = SmallMove(
        kind,
        name,
        lab_documents(),
        sides,
        folder,
        database_rows,
        lambda run, keys: [copy_database(run, key) for key in keys],
        lambda run, keys: [prove_database(run, key) for key in keys],
        lambda document: document["databases"].append(entry),
    )
    source = move.run().connections.database(sides["source"], entry["engine"])  # type: ignore[arg-type]
    with open_database(source) as cursor:
        cursor.execute(f"create database {name}")
    with open_database(source, name) as cursor:
        for table in ("orders", "parcels", "returns"):
            cursor.execute(
                f"create table {table} (id int primary key, code varchar(40) not null, words text)"
            )
            values = ", ".join(["(%s, %s, %s)"] * 1000)
            for start in range(0, ROWS // 3, 1000):
                rows = [(i, f"{table}-{i}", f"{i:x}" * 40) for i in range(start, start + 1000)]
                cursor.execute(
                    f"insert into {table} values {values}", [value for row in rows for value in row]
                )
    return move


def _bucket(kind: str, name: str, folder: Path) -> SmallMove:
    documents = lab_documents()
    # the same store by another connection: OBS refuses the path style that a line of one's own needs
    documents["other_s3"] = dict(documents["source_s3"])
    entry = {
        "name": KEY,
        "source": {"connection": "source_s3", "bucket": name},
        "target": {"connection": "other_s3", "bucket": f"{name}-target"},
    }
    client = open_storage(DocumentConnections(documents).object_storage("source_s3"))
    for bucket in (name, f"{name}-target"):
        client.create_bucket(Bucket=bucket)
    for number in range(OBJECTS):
        body = random.Random(number).randbytes(OBJECT_SIZE)
        client.put_object(Bucket=name, Key=f"things/{number:03}", Body=body, Metadata={"number": str(number)})
    return SmallMove(
        kind,
        name,
        documents,
        {"source": "source_s3", "target": "other_s3"},
        folder,
        bucket_rows,
        lambda run, keys: [copy_bucket(run, key) for key in keys],
        lambda run, keys: [prove_bucket(run, key) for key in keys],
        lambda document: document["buckets"].append(entry),
    )


def _image(kind: str, name: str, folder: Path) -> SmallMove:
    documents = lab_documents()
    with open_client(documents["source_registry"]) as client:
        Pusher(client, name).image(SCHEMA2, random.Random(name).randbytes(LAYER_SIZE), tag="1")
    reference = f"{addresses.SOURCE_REGISTRY_HOST}/{name}:1"

    def only_ours(run: MigrationRun) -> list[PlanItem]:
        rows = image_rows(run, [ImageUse(reference, None, ("a test",))])
        return [row for row in rows if name in row.source]

    return SmallMove(
        kind,
        name,
        documents,
        {"source": "source_registry", "target": "swr"},
        folder,
        only_ours,
        copy_images,
        prove_images,
        lambda document: document["images"].update(
            target={"connection": "swr", "organization": ORGANIZATION}
        ),
    )


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
