"""Measure what customers wait for: cutovers of the lab's estate and the ways back between them, by each way databases move."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from benchmarks.lab_run import run_dag
from benchmarks.result import Result
from lab import paths
from lab.migrate.ledger_view import LedgerView

ROOT = Path(__file__).resolve().parent.parent
MODES = ("follow", "dump")
COUNTS = ("writes_acknowledged", "writes_lost", "writes_doubled")

Values = dict[tuple[str, str], list[float]]


def measure_cutovers(runs: int) -> Iterator[Result]:
    """Give downtimes and writes of so many cutovers and ways back, for databases that are followed and for dumps."""
    for mode in MODES:
        _lab("down")
        _lab("up")
        definition = _definition(mode)
        values: Values = defaultdict(list)
        for number in range(runs):
            report = _report(run_dag("migrate_to_cce", definition))
            _add(values, f"cutover_{mode}", report["downtime"])
            if number < runs - 1:
                run_dag("roll_back_cutover", definition)
                _add(values, f"cutover_{mode}_back", _report(report["run_id"])["rollback"])
            print(f"{mode}, {number + 1} of {runs}: {dict(values)}", flush=True)
        yield from (Result(name, unit, seen) for (name, unit), seen in values.items())


def _add(values: Values, name: str, measured: Mapping[str, Any]) -> None:
    values[name, "seconds"].append(float(measured["seconds"]))
    for count in COUNTS:
        values[f"{name}_{count}", "count"].append(float(measured[count]))


def _definition(mode: str) -> Path:
    """Write the lab's definition with every database in one mode, and return where it lies."""
    document = yaml.safe_load((ROOT / "migrations" / "lab.yaml").read_text())
    for database in document["databases"]:
        database["mode"] = mode
    path = paths.LAB / f"benchmark-{mode}.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    return path


def _report(run_id: str) -> dict[str, Any]:
    return LedgerView(run_id).document("report")


def _lab(command: str) -> None:
    subprocess.run([sys.executable, "-m", "lab", command], cwd=ROOT, check=True)
