"""Copy a database as a task does, in a process of its own that a test can kill: the servers come by standard input."""

from __future__ import annotations

import json
import logging
import sys

from include.connections import DatabaseAccess
from include.databases.postgresql.copier import PostgresqlCopier
from include.databases.postgresql.whole_copy import WholeCopy


def copy(order: dict[str, object]) -> None:
    WholeCopy.piece_bytes = int(str(order["piece_bytes"]))
    source, target = (DatabaseAccess(*order[side]) for side in ("source", "target"))  # type: ignore[misc]
    copier = PostgresqlCopier(source, target, str(order["database"]))
    with copier.lock(), copier.snapshot() as snapshot:
        copier.copy_all(snapshot, lambda: None)
    print("whole", flush=True)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
    copy(json.load(sys.stdin))
