"""Find the report of a run of which only the id is known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from include.ledger.keys import safe_folder
from include.report.writing import PAGE

if TYPE_CHECKING:
    from upath import UPath


def find_report(root: UPath | Path, run_id: str) -> str | None:
    """Return the report's page, or None while the run has none.

    :param root: where the ledgers of all migrations lie.
    """
    if not root.is_dir():
        return None
    for migration in sorted(root.iterdir(), key=str):
        page = migration / safe_folder(run_id) / PAGE
        if page.is_file():
            return str(page.read_text(encoding="utf-8"))
    return None
