"""Measure the lab and a migration in it, and each engine beside what a user would run by hand: `make bench`."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from benchmarks.cutovers import measure_cutovers
from benchmarks.image_estate import ImageEstate
from benchmarks.images import measure_images
from benchmarks.inventory import measure_inventory
from benchmarks.mariadb import measure_mariadb
from benchmarks.mariadb_lag import measure_mariadb_lag
from benchmarks.memory import lab_memory_mib
from benchmarks.object_data import Objects
from benchmarks.objects import measure_objects
from benchmarks.performance_page import write_page
from benchmarks.postgres import measure_postgres
from benchmarks.postgres_lag import measure_lag
from benchmarks.postgres_proof import measure_proof
from benchmarks.result import Result
from benchmarks.run_figures import dag_parse_seconds, newest_report, task_instances
from benchmarks.volumes import measure_volumes
from lab import paths
from lab.binaries.build import provide
from lab.binaries.modules import MODULES, PEERS, TOXIPROXY

ROOT = Path(__file__).resolve().parent.parent
POSTGRES_BYTES = 5e9
MARIADB_BYTES = 2e9
VOLUME_BYTES = 1e9
# Five thousand objects, a hundred claims among them.
OBJECTS_SHARE = 0.5

# Each takes the number of runs and the share of the full size.
ENGINES: dict[str, Callable[[int, float], list[Result]]] = {
    "images": lambda runs, scale: measure_images(runs, ImageEstate().scaled(scale), is_distant=False),
    "images_distant": lambda runs, scale: measure_images(runs, ImageEstate().scaled(scale), is_distant=True),
    "postgres": lambda runs, scale: measure_postgres(runs, int(POSTGRES_BYTES * scale), is_distant=False),
    "postgres_distant": lambda runs, scale: measure_postgres(
        runs, int(POSTGRES_BYTES * scale), is_distant=True
    ),
    "postgres_lag": lambda runs, _: measure_lag(runs),
    "postgres_proof": lambda runs, scale: measure_proof(runs, int(POSTGRES_BYTES * scale)),
    "mariadb": lambda runs, scale: measure_mariadb(runs, int(MARIADB_BYTES * scale)),
    "mariadb_lag": lambda runs, _: measure_mariadb_lag(runs),
    "objects": lambda runs, scale: measure_objects(runs, Objects().scaled(scale)),
    "volumes": lambda runs, scale: measure_volumes(runs, int(VOLUME_BYTES * scale)),
}
PARTS = ("lab", "cutovers", "velero", *ENGINES)


def main() -> int:
    """Run the measurements, write a result file each, and make docs/performance.md from them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--runs", type=int, default=1, help="how many times everything is measured")
    parser.add_argument("--only", choices=PARTS, nargs="+", default=PARTS, help="parts to measure")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full size of the data")
    chosen = parser.parse_args()
    for part in chosen.only:
        for result in measured(part, chosen.runs, chosen.scale):
            print(result.write())
    write_page()
    return 0


def measured(part: str, runs: int, scale: float) -> Iterable[Result]:
    """Return the results of one part. The first three want the machine for themselves; the others need no lab."""
    if part == "lab":
        return [*measure_lab(runs), *measure_inventory(runs)]
    if part == "cutovers":
        return measure_cutovers(runs)
    if part == "velero":
        measure_velero(runs, OBJECTS_SHARE * scale)
        return []
    provide((PEERS, TOXIPROXY, *(one for one in MODULES if one.folder == "tools")), print)
    os.environ["PATH"] = f"{paths.BIN}{os.pathsep}{os.environ['PATH']}"
    return ENGINES[part](runs, scale)


def measure_lab(runs: int) -> list[Result]:
    """Return what the lab, a whole migration in it, and its phases take."""
    values: dict[tuple[str, str], list[float]] = defaultdict(list)
    for _ in range(runs):
        measure(values)
    return [Result(name, unit, seen) for (name, unit), seen in values.items()]


def measure_velero(runs: int, share: float) -> None:
    """Write what Velero's phase takes; a migration makes the target and installs Velero, unless it was done before."""
    command(["-m", "lab", "up"])
    if not paths.TARGET_KUBECONFIG.exists():
        command(["-m", "lab.migrate", "--definition", "migrations/lab.yaml"])
    # The cloud's names are known within the lab only.
    command(["-m", "lab", "exec", "--", sys.executable, "-m", "benchmarks.velero", str(runs), str(share)])


def measure(values: dict[tuple[str, str], list[float]]) -> None:
    """Start from nothing, bring the lab up, migrate, and add each figure to `values`."""
    command(["-m", "lab", "down"])
    values["lab_up", "seconds"].append(timed(["-m", "lab", "up"]))
    values["memory_lab_up", "MiB"].append(lab_memory_mib())
    with PeakMemory() as peak:
        values["migrate", "seconds"].append(
            timed(["-m", "lab.migrate", "--definition", "migrations/lab.yaml"])
        )
    values["memory_peak_migrating", "MiB"].append(peak.mib)
    report = newest_report()
    for phase in report["phases"]:
        # the retirement is off in the lab: it only looks whether it is wanted
        if phase["started"] and phase["finished"] and phase["id"] != "source_retirement":
            values[f"phase_{phase['id']}", "seconds"].append(seconds_between(phase))
    if report["downtime"]:
        values["downtime", "seconds"].append(report["downtime"]["seconds"])
    instances = task_instances(report["run_id"])
    values["task_instances", "count"].append(len(instances))
    values["airflow_scheduling_share", "seconds"].append(idle_seconds(instances))
    values["dag_parse", "seconds"].append(dag_parse_seconds())


def command(arguments: list[str]) -> None:
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True)


def timed(arguments: list[str]) -> float:
    started = time.monotonic()
    command(arguments)
    return time.monotonic() - started


def seconds_between(phase: dict[str, str]) -> float:
    started, finished = (datetime.fromisoformat(phase[key]) for key in ("started", "finished"))
    return (finished - started).total_seconds()


def idle_seconds(instances: list[tuple[datetime, datetime]]) -> float:
    """Add up the time between the run's first start and last end in which no task was running."""
    idle, busy_until = 0.0, None
    for started, ended in sorted(instances):
        if busy_until and started > busy_until:
            idle += (started - busy_until).total_seconds()
        busy_until = max(ended, busy_until or ended)
    return idle


class PeakMemory:
    """Sample the lab's memory every five seconds while the block runs; `mib` is the highest seen."""

    def __init__(self) -> None:
        self.mib = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._stop.wait(5):
            self.mib = max(self.mib, lab_memory_mib())


if __name__ == "__main__":
    raise SystemExit(main())
