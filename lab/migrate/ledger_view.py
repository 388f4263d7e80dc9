"""Read a run's ledger from the disk while it is written: what is planned, what is done, what was found."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab import paths


@dataclass(frozen=True)
class Amount:
    """A number of items and their bytes."""

    items: int = 0
    bytes: int = 0


class LedgerView:
    """Follow one run's folder; only documents that changed are read again."""

    def __init__(self, run_id: str, root: Path = paths.LEDGER) -> None:
        self._run_id = run_id
        self._root = root
        self._known: dict[Path, tuple[int, dict[str, Any]]] = {}

    @property
    def folder(self) -> Path | None:
        """Return the run's folder, or None until its first document is there."""
        return next(iter(self._root.glob(f"*/{self._run_id}")), None)

    def document(self, name: str) -> dict[str, Any]:
        """Return a document, or an empty one."""
        return self._read(self.folder / f"{name}.json") if self.folder else {}

    def planned(self) -> dict[str, Amount]:
        """Return what each phase is to do."""
        amounts: dict[str, Amount] = {}
        for row in self._planned_rows():
            amounts[row["phase"]] = _sum(amounts.get(row["phase"]), row)
        return amounts

    def predicted_seconds(self) -> float:
        """Return the plan's prediction for all its items one after the other."""
        return sum(row.get("predicted_seconds") or 0 for row in self._planned_rows())

    def _planned_rows(self) -> list[dict[str, Any]]:
        return [row for row in self.document("plan").get("items", []) if row["action"] != "exclude"]

    def done(self) -> dict[str, Amount]:
        """Return what each phase has done; failed and excluded items do not count."""
        amounts: dict[str, Amount] = {}
        for item in self._documents("items"):
            if item["action"] not in {"failed", "excluded"}:
                amounts[item["phase"]] = _sum(amounts.get(item["phase"]), item)
        return amounts

    def proofs(self) -> tuple[int, int]:
        """Return how many proofs there are, and how many of them are equal."""
        found = self._documents("proofs")
        return len(found), sum(bool(proof["equal"]) for proof in found)

    def findings(self) -> list[dict[str, Any]]:
        """Return what the planning found."""
        return list(self.document("findings").get("findings", []))

    def changes(self) -> int:
        """Return how many changes of the source were noted since the plan that was approved last."""
        return len(self.document("drift").get("changes", []))

    def _documents(self, name: str) -> list[dict[str, Any]]:
        folder = self.folder
        paths_found = sorted(folder.glob(f"{name}/*/*.json")) if folder else []
        return [document for path in paths_found if (document := self._read(path))]

    def _read(self, path: Path) -> dict[str, Any]:
        try:
            changed = path.stat().st_mtime_ns
            known = self._known.get(path)
            if known is None or known[0] != changed:
                known = self._known[path] = (changed, json.loads(path.read_text()))
        except (OSError, ValueError):
            # not there yet, or replaced this moment: the next look finds it
            return {}
        return known[1]


def _sum(amount: Amount | None, row: dict[str, Any]) -> Amount:
    before = amount or Amount()
    return Amount(before.items + 1, before.bytes + int(row.get("bytes") or 0))
