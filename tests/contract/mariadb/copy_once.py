"""Copy a database as a task does, in a process of its own that a test can kill: the servers come by standard input."""

from __future__ import annotations

import json
import logging
import sys

from include.connections import DatabaseAccess
from include.databases.fingerprint import differences
from include.databases.mariadb.copier import MariadbCopier
from include.databases.mariadb.whole_copy import WholeCopy


def copy(order: dict[str, object]) -> None:
    WholeCopy.piece_bytes = int(str(order["piece_bytes"]))
    source, target = (DatabaseAccess(*order[side]) for side in ("source", "target"))  # type: ignore[misc]
    copier = MariadbCopier(source, target, str(order["database"]))
    with copier.lock(), copier.snapshot() as snapshot:
        if order["changed"]:
            found = snapshot.fingerprint()
            copier.copy_changed(snapshot, found, differences(found, copier.target_fingerprint()))
        else:
            copier.copy_all(snapshot, lambda: None)
    print("whole", flush=True)


if __name__ == "__main__":
    logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, format="%(message)s")
    copy(json.load(sys.stdin))
