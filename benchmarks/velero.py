"""Measure how thousands of objects come from the lab's source to its target, against Velero's own commands on the same ones.

The lab has to be up, with a migration done in it: it makes the target and installs Velero in both clusters.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.many_objects import NAMESPACES, make_objects, remove_objects
from benchmarks.our_run import ROOT, our_run
from benchmarks.result import Result
from include.adaptation import adapt_objects, adapt_secrets, dry_run_objects
from include.inventory import take_inventory
from include.inventory.store import load_inventory
from include.planning.model import Plan, save_plan
from include.planning.object_rows import object_rows
from include.run import MigrationRun
from include.velero import (
    prove_backup,
    prove_restore,
    submit_backup,
    submit_restore,
    wait_for_backup,
    wait_for_restore,
)
from include.velero.names import location_name
from include.velero.syncing import sync_backup
from lab import paths
from lab.connections import read_documents

PEER = "velero backup + velero restore"
# Headless Services need no load balancer; the lab's is not known by this run.
BALANCER = {"class": "union", "id": str(uuid.UUID(int=0))}

Times = dict[str, list[float]]


def measure_velero(runs: int, share: float) -> list[Result]:
    """Return what adaptation and phase velero_backup_restore take, and Velero alone; taking turns, each into an empty target.

    :param share: of ten thousand objects.
    """
    times: Times = defaultdict(list)
    count = make_objects(share)
    print(f"{count} objects of the benchmark are on the source")
    try:
        for _ in range(runs):
            for side in (_ours, _theirs):
                with tempfile.TemporaryDirectory() as folder:
                    side(_planned_run(Path(folder)), times)
                remove_objects(paths.TARGET_KUBECONFIG)
    finally:
        remove_objects(paths.TARGET_KUBECONFIG)
        remove_objects()
    return [
        Result(f"velero_adaptation_{count}_objects", "seconds", times["adaptation"]),
        Result(f"velero_backup_restore_{count}_objects", "seconds", times["ours"], {PEER: times["theirs"]}),
    ]


def _planned_run(folder: Path) -> MigrationRun:
    """Return a run of these namespaces alone, with its inventory and plan."""
    run = our_run(folder, read_documents(), f"benchmark-{uuid.uuid4().hex[:8]}", **_sections())
    take_inventory(run)
    save_plan(run.ledger, Plan(items=object_rows(load_inventory(run.ledger))))
    return run


def _sections() -> dict[str, Any]:
    from include.definition import load_definition

    known = load_definition((ROOT / "migrations" / "lab.yaml").read_text()).model_dump(
        by_alias=True, mode="json"
    )
    return {
        "source": {**known["source"], "namespaces": list(NAMESPACES)},
        "target": {**known["target"], "load_balancer": BALANCER},
        "databases": [],
        "buckets": [],
        "checks": [],
        # The lab's own leads to the target already, and then nothing there would be touched.
        "front_door": {
            **known["front_door"],
            "service": f"{NAMESPACES[0]}/object-0000",
            "dns": {**known["front_door"]["dns"], "record": "bench.lab."},
        },
    }


def _ours(run: MigrationRun, times: Times) -> None:
    _timed(times["adaptation"], lambda: (adapt_objects(run), dry_run_objects(run)))

    def back_up_and_restore() -> None:
        submit_backup(run)
        wait_for_backup(run)
        prove_backup(run)
        submit_restore(run)
        wait_for_restore(run)
        prove_restore(run)
        adapt_secrets(run)

    _timed(times["ours"], back_up_and_restore)


def _theirs(run: MigrationRun, times: Times) -> None:
    """Take Velero's commands; how the backup becomes known to the target is not counted, a minute at most for a user."""
    name, started = run.short_id, time.monotonic()
    _velero(paths.SOURCE_KUBECONFIG, "backup", "create", name, *_backup_options(run))
    backed_up = time.monotonic() - started
    sync_backup(run, name)
    started = time.monotonic()
    _velero(paths.TARGET_KUBECONFIG, "restore", "create", name, "--from-backup", name)
    times["theirs"].append(backed_up + time.monotonic() - started)


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


def _timed(seconds: list[float], act: Callable[[], object]) -> None:
    started = time.monotonic()
    act()
    seconds.append(time.monotonic() - started)


if __name__ == "__main__":
    for result in measure_velero(int(sys.argv[1]), float(sys.argv[2])):
        print(result.write())
