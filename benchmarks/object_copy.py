"""Our side of the measurement of objects: plan, copy and prove one bucket, in a process of its own."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.object_data import SOURCE_BUCKET
from benchmarks.our_run import our_run
from include.objects import copy_bucket, prove_bucket
from include.planning.data_rows import bucket_rows
from include.planning.model import Plan, save_plan

NAME = "bench"


def copy(source: dict[str, Any], target: dict[str, Any], bucket: str, folder: Path) -> bool:
    """Return whether the copy is proved equal.

    :param source: Airflow connection of the source store; `target` likewise.
    :param folder: for the ledgers of all runs into this target, as a migration that is repeated has them.
    """
    entry = {
        "name": NAME,
        "source": {"connection": "source", "bucket": SOURCE_BUCKET},
        "target": {"connection": "target", "bucket": bucket},
    }
    run_id = f"benchmark-{time.time_ns()}"
    run = our_run(folder, {"source": source, "target": target}, run_id, buckets=[entry])
    save_plan(run.ledger, Plan(items=bucket_rows(run)))
    copy_bucket(run, NAME)
    return prove_bucket(run, NAME).equal


if __name__ == "__main__":
    task = json.loads(sys.stdin.read())
    if not copy(task["source"], task["target"], task["bucket"], Path(task["folder"])):
        raise SystemExit("the copy is not proved equal")
