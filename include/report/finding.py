"""Find the report of a run of which only the id is known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from include.ledger.finding import run_folders
from include.report.writing import PAGE

if TYPE_CHECKING:
    from upath import UPath


def find_report(root: UPath | Path, run_id: str) -> str | None:
    """Return the report's page, or None while the run has none.

    :param root: where the ledgers of all migrations lie.
    """
    for folder in run_folders(root, run_id):
        if (folder / PAGE).is_file():
            return str((folder / PAGE).read_text(encoding="utf-8"))
    return None
