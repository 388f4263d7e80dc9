"""Measure how thousands of objects come from the lab's source to its target, against Velero's own commands on the same ones.

The lab has to be up, with a migration done in it: it makes the target and installs Velero in both clusters.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import uuid
from collections import defaultdict
from pathlib import Path

from benchmarks.inventory import cost_of
from benchmarks.many_objects import NAMESPACES, make_objects, remove_objects
from benchmarks.result import Result
from benchmarks.velero_run import STEPS_FILE, planned_run
from include.run import MigrationRun
from include.velero.names import location_name
from include.velero.syncing import sync_backup
from lab import paths

PEER = "velero backup + velero restore"

Times = dict[str, list[float]]


def measure_velero(runs: int, share: float) -> list[Result]:
    """Return what our phases take, and Velero alone, which only backs up and restores; taking turns, each into an empty target.

    :param share: of ten thousand objects.
    """
    seen: Times = defaultdict(list)
    count = make_objects(share)
    print(f"{count} objects of the benchmark are on the source", flush=True)
    try:
        for _ in range(runs):
            for side in (_ours, _theirs):
                with tempfile.TemporaryDirectory() as folder:
                    side(Path(folder), seen)
                remove_objects(paths.TARGET_KUBECONFIG)
    finally:
        remove_objects(paths.TARGET_KUBECONFIG)
        remove_objects()
    return [
        Result(f"velero_adaptation_{count}_objects", "seconds", seen["adaptation"]),
        Result(
            f"velero_backup_restore_{count}_objects",
            "seconds",
            seen["backup_restore"],
            {PEER: seen["theirs"]},
        ),
        Result(f"velero_verification_{count}_objects", "seconds", seen["verification"]),
        Result(f"velero_memory_{count}_objects", "MiB", seen["peak_mib"]),
    ]


def _ours(folder: Path, seen: Times) -> None:
    run_id = f"benchmark-{uuid.uuid4().hex[:8]}"
    cost = cost_of([sys.executable, "-m", "benchmarks.velero_run", str(folder), run_id])
    seen["peak_mib"].append(cost.peak_mib)
    for step, seconds in json.loads((folder / STEPS_FILE).read_text()).items():
        print(f"{step}: {seconds:.1f} s", flush=True)
        seen[step].append(seconds)


def _theirs(folder: Path, seen: Times) -> None:
    """Take Velero's commands; how the backup becomes known to the target is not counted, a minute at most for a user."""
    run = planned_run(folder, f"benchmark-{uuid.uuid4().hex[:8]}")
    name, started = run.short_id, time.monotonic()
    _velero(paths.SOURCE_KUBECONFIG, "backup", "create", name, *_backup_options(run))
    backed_up = time.monotonic() - started
    sync_backup(run, name)
    started = time.monotonic()
    _velero(paths.TARGET_KUBECONFIG, "restore", "create", name, "--from-backup", name)
    seen["theirs"].append(backed_up + time.monotonic() - started)
    print(f"{PEER}: {seen['theirs'][-1]:.1f} s", flush=True)


def _backup_options(run: MigrationRun) -> list[str]:
    return [
        *("--include-namespaces", ",".join(NAMESPACES)),
        *("--storage-location", location_name(run.definition)),
        "--snapshot-volumes=false",
    ]


def _velero(kubeconfig: Path, *words: str) -> None:
    command = [str(paths.BIN / "velero"), "--kubeconfig", str(kubeconfig), *words, "--wait"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode or "with status: Completed" not in " ".join(ended.stdout.replace("`", "").split()):
        raise RuntimeError(f"{' '.join(command)}: {ended.stdout}{ended.stderr}")


if __name__ == "__main__":
    for result in measure_velero(int(sys.argv[1]), float(sys.argv[2])):
        print(result.write())
