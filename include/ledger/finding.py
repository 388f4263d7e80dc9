"""Find the records of a run of which only the id is known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from include.ledger.keys import safe_folder
from include.ledger.ledger import Ledger, root_path
from include.ledger.records import now
from include.ledger.storage import DocumentFolder

if TYPE_CHECKING:
    from upath import UPath

# What the run was opened with: the path of a definition, or its name in `migrations/`.
OPENED_WITH = "opened-with"


def run_folders(root: UPath | Path | str, run_id: str) -> Iterator[UPath | Path]:
    """Yield the folder of each migration's run of this id, in a stable order.

    :param root: where the ledgers of all migrations lie.
    """
    top = root_path(root)
    if not top.is_dir():
        return
    for migration in sorted(top.iterdir(), key=str):
        folder = migration / safe_folder(run_id)
        if folder.is_dir():
            yield folder


def note_opening(ledger: Ledger, definition: str) -> None:
    """Note what a run was opened with, so that it is found again whatever becomes of the definition."""
    note = {"definition": definition, "migration": ledger.migration, "run_id": ledger.run_id, "at": now()}
    ledger.write(OPENED_WITH, note)


def all_runs(root: UPath | Path | str) -> Iterator[DocumentFolder]:
    """Yield the documents of every run of every migration, in a stable order.

    :param root: where the ledgers of all migrations lie.
    """
    top = root_path(root)
    for migration in sorted(top.iterdir(), key=str) if top.is_dir() else []:
        for folder in sorted(migration.iterdir(), key=str) if migration.is_dir() else []:
            if folder.is_dir():
                yield DocumentFolder(folder)


def find_opened(root: UPath | Path | str, run_id: str, definition: str) -> Ledger | None:
    """Return the ledger of the run of this id that was opened with this definition, or None."""
    for folder in run_folders(root, run_id):
        documents = DocumentFolder(folder)
        if documents.has(OPENED_WITH):
            note = json.loads(documents.get(OPENED_WITH))
            if note["definition"] == definition:
                return Ledger(root, note["migration"], run_id)
    return None


def other_runs(ledger: Ledger) -> Iterator[DocumentFolder]:
    """Yield the documents of all other runs of a ledger's migration, in a stable order."""
    top = ledger.folder.parent
    for folder in sorted(top.iterdir(), key=str) if top.is_dir() else []:
        if folder.name != ledger.folder.name and folder.is_dir():
            yield DocumentFolder(folder)


def runs_of(ledger: Ledger, migration: str) -> Iterator[DocumentFolder]:
    """Yield the documents of all runs of another migration that is kept beside a ledger's, in a stable order."""
    top = ledger.folder.parent.parent / safe_folder(migration)
    for folder in sorted(top.iterdir(), key=str) if top.is_dir() else []:
        if folder.is_dir():
            yield DocumentFolder(folder)
