"""Our side of the measurement of objects: plan, copy and prove one bucket, in a process for each task that a migration has."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.object_data import SOURCE_BUCKET
from benchmarks.our_run import our_run
from include.objects import prove_bucket
from include.objects.sharing import copy_shard, shard_buckets
from include.planning.data_rows import bucket_rows
from include.planning.model import Plan, save_plan
from include.run import MigrationRun

NAME = "bench"
Task = dict[str, Any]


def copy(task: Task) -> bool:
    """Return whether the copy is proved equal.

    :param task: `source` and `target`, the Airflow connections of both stores; `bucket` of the target; `folder` for the ledgers of
        all runs into it, as a migration that is repeated has them.
    """
    task["run_id"] = f"benchmark-{time.time_ns()}"
    run = _run(task)
    save_plan(run.ledger, Plan(items=bucket_rows(run)))
    shards = shard_buckets(run)
    if len(shards) == 1:
        copy_shard(run, shards[0])
    else:
        _copy_side_by_side(task, shards)
    return prove_bucket(run, NAME).equal


def _run(task: Task) -> MigrationRun:
    entry = {
        "name": NAME,
        "source": {"connection": "source", "bucket": SOURCE_BUCKET},
        "target": {"connection": "target", "bucket": task["bucket"]},
    }
    connections = {"source": task["source"], "target": task["target"]}
    return our_run(Path(task["folder"]), connections, task["run_id"], buckets=[entry])


def _copy_side_by_side(task: Task, shards: list[dict[str, Any]]) -> None:
    """Copy each shard in a process of its own, as Airflow's mapped tasks do.

    :raises RuntimeError: when one of them failed.
    """
    processes = []
    for shard in shards:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.object_copy"], stdin=subprocess.PIPE, text=True
        )
        assert process.stdin
        process.stdin.write(json.dumps({**task, "shard": shard}))
        process.stdin.close()
        processes.append(process)
    # all of them are waited for, whichever failed
    codes = [process.wait() for process in processes]
    if any(codes):
        raise RuntimeError(f"tasks ended with {codes}")


def _main(task: Task) -> None:
    if "shard" in task:
        copy_shard(_run(task), task["shard"])
    elif not copy(task):
        raise SystemExit("the copy is not proved equal")


if __name__ == "__main__":
    _main(json.loads(sys.stdin.read()))
