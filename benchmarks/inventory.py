"""Measure the inventory of ten thousand objects against `kubectl get -A -o json` of the same kinds."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from benchmarks.many_objects import NAMESPACES, make_objects, remove_objects
from benchmarks.result import Result
from lab import paths
from lab.connections import read_documents

ROOT = Path(__file__).resolve().parent.parent
PEER = "kubectl get -A -o json"


@dataclass(frozen=True)
class Cost:
    """What a process took."""

    seconds: float
    peak_mib: float


def measure_inventory(runs: int) -> list[Result]:
    """Make the objects, take turns `runs` times, and remove the objects.

    Both sides read the source's API server and write to a file of their own; each is a fresh process.
    """
    ours, theirs = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    print(f"{make_objects()} objects of the benchmark are on the source")
    try:
        for _ in range(runs):
            with tempfile.TemporaryDirectory() as folder:
                _note(ours, cost_of([sys.executable, "-m", "benchmarks.inventory", folder]))
                _note(theirs, cost_of(_kubectl(Path(folder)), Path(folder) / "kubectl.json"))
    finally:
        remove_objects()
    return [
        Result("inventory", "seconds", ours["seconds"], {PEER: theirs["seconds"]}),
        Result("inventory_memory", "MiB", ours["peak_mib"], {PEER: theirs["peak_mib"]}),
    ]


def cost_of(command: list[str], output: Path | None = None) -> Cost:
    """Run a command to its end and return what it took."""
    started = time.monotonic()
    descriptor = os.open(output or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        pid = os.posix_spawnp(
            command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, descriptor, 1)]
        )
        _, status, usage = os.wait4(pid, 0)
    finally:
        os.close(descriptor)
    if status:
        raise RuntimeError(f"{command[0]} ended with {os.waitstatus_to_exitcode(status)}")
    return Cost(time.monotonic() - started, usage.ru_maxrss / 1024)


def _note(values: dict[str, list[float]], cost: Cost) -> None:
    values["seconds"].append(cost.seconds)
    values["peak_mib"].append(cost.peak_mib)


def _kubectl(folder: Path) -> list[str]:
    """Return the command that reads the kinds which our inventory has found."""
    document = json.loads(next(folder.rglob("inventory.json")).read_text())
    kubeconfig = f"--kubeconfig={paths.SOURCE_KUBECONFIG}"
    return ["kubectl", kubeconfig, "get", ",".join(document["kinds"]), "--all-namespaces", "--output=json"]


def take(folder: Path) -> None:
    """Take the inventory of the benchmark's namespaces into a ledger in a folder, as the task does."""
    from include.connections import DocumentConnections
    from include.definition import load_definition
    from include.inventory import take_inventory
    from include.ledger import Ledger
    from include.run import MigrationRun

    definition = load_definition((ROOT / "migrations" / "lab.yaml").read_text())
    source = definition.source.model_copy(update={"namespaces": list(NAMESPACES)})
    definition = definition.model_copy(update={"source": source})
    ledger = Ledger(folder, definition.name, "benchmark")
    take_inventory(MigrationRun(definition, ledger, DocumentConnections(read_documents()), "benchmark"))


if __name__ == "__main__":
    take(Path(sys.argv[1]))
