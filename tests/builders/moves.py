"""Something of a few megabytes to move, between whatever servers the connections lead to."""

from __future__ import annotations

import random
from collections.abc import Callable
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
from tests.builders.definitions import definition_text
from tests.contract.registry_client import SCHEMA2, Pusher, open_client

KEY = "small"
ROWS = 60_000
# larger than what a line carries before it is cut: no try of a single request gets through
OBJECTS, OBJECT_SIZE = 10, 2_000_000
LAYER_SIZE = 30_000_000
# Not that of the estate, which its migration has to make.
ORGANIZATION = "small"
Document = dict[str, Any]
Documents = dict[str, Document]


@dataclass
class SmallMove:
    """One thing to move.

    :param connections: the Airflow connections its definition names, to be led elsewhere by a test.
    :param sides: `source` and `target` -> the id of that side's connection.
    """

    kind: str
    name: str
    connections: Documents
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

    def run(self, run_id: str = "small") -> MigrationRun:
        """Return the run: the same one for the same id, by its ledger."""
        definition = self._definition()
        ledger = Ledger(self.folder, definition.name, run_id)
        return MigrationRun(definition, ledger, DocumentConnections(self.connections), run_id)

    def _definition(self) -> Definition:
        def changed(document: Document) -> None:
            document["databases"], document["buckets"], document["checks"] = [], [], []
            self.change(document)

        return load_definition(definition_text(changed))


def database_move(
    kind: str, name: str, documents: Documents, folder: Path, rows: int = ROWS, **entry: Any
) -> SmallMove:
    """Make a database of three tables on the source; keywords add to its entry in the definition."""
    engine = "postgres" if kind == "postgresql" else "mariadb"
    sides = {"source": f"source_{engine}", "target": f"target_{engine}"}
    described = {"name": KEY, "engine": kind, "database": name, **sides, **entry}
    move = SmallMove(
        kind,
        name,
        documents,
        sides,
        folder,
        database_rows,
        lambda run, keys: [copy_database(run, key) for key in keys],
        lambda run, keys: [prove_database(run, key) for key in keys],
        lambda document: document["databases"].append(described),
    )
    source = move.run().connections.database(sides["source"], kind)  # type: ignore[arg-type]
    with open_database(source) as cursor:
        cursor.execute(f"create database {name}")
    with open_database(source, name) as cursor:
        for table in ("orders", "parcels", "returns"):
            _fill_table(cursor, table, rows // 3)
    return move


def _fill_table(cursor: Any, table: str, count: int) -> None:
    cursor.execute(f"create table {table} (id int primary key, code varchar(40) not null, words text)")
    values = ", ".join(["(%s, %s, %s)"] * 1000)
    for start in range(0, count, 1000):
        rows = [(i, f"{table}-{i}", f"{i:x}" * 40) for i in range(start, start + 1000)]
        cursor.execute(f"insert into {table} values {values}", [value for row in rows for value in row])


def bucket_move(name: str, documents: Documents, sides: dict[str, str], folder: Path) -> SmallMove:
    """Make a full bucket on the source, and an empty one, whose name ends with `-target`, on the target."""
    entry = {
        "name": KEY,
        "source": {"connection": sides["source"], "bucket": name},
        "target": {"connection": sides["target"], "bucket": f"{name}-target"},
    }
    connections = DocumentConnections(documents)
    client, other = (open_storage(connections.object_storage(sides[side])) for side in ("source", "target"))
    client.create_bucket(Bucket=name)
    other.create_bucket(Bucket=f"{name}-target")
    for number in range(OBJECTS):
        body = random.Random(number).randbytes(OBJECT_SIZE)
        client.put_object(Bucket=name, Key=f"things/{number:03}", Body=body, Metadata={"number": str(number)})
    return SmallMove(
        "bucket",
        name,
        documents,
        sides,
        folder,
        bucket_rows,
        lambda run, keys: [copy_bucket(run, key) for key in keys],
        lambda run, keys: [prove_bucket(run, key) for key in keys],
        lambda document: document["buckets"].append(entry),
    )


def image_move(name: str, documents: Documents, sides: dict[str, str], folder: Path) -> SmallMove:
    """Push an image of one large layer into the source's registry."""
    host = documents[sides["source"]]["host"]
    with open_client(documents[sides["source"]]) as client:
        Pusher(client, name).image(SCHEMA2, random.Random(name).randbytes(LAYER_SIZE), tag="1")

    def only_ours(run: MigrationRun) -> list[PlanItem]:
        rows = image_rows(run, [ImageUse(f"{host}/{name}:1", None, ("a test",))])
        return [row for row in rows if name in row.source]

    images = {
        "sources": {host: sides["source"]},
        "target": {"connection": sides["target"], "organization": ORGANIZATION},
    }
    return SmallMove(
        "image",
        name,
        documents,
        sides,
        folder,
        only_ours,
        copy_images,
        prove_images,
        lambda document: document["images"].update(images),
    )
