"""Find the logs that Airflow keeps of the tasks of a run."""

from __future__ import annotations

import glob
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from airflow.configuration import conf

from include.past_runs import continuing_runs

if TYPE_CHECKING:
    from include.ledger import Ledger


def task_logs(ledger: Ledger, run_id: str) -> Iterator[tuple[str, Path]]:
    """Yield name and place of each log of a migration's tasks, and of the DAG runs that went on with it, sorted by name.

    These are the logs that lie where this worker writes its own: workers that share a folder have all of them.

    :param run_id: of the DAG run that asks.
    """
    base = Path(conf.get("logging", "base_log_folder"))
    run_ids = {run_id, ledger.run_id, *continuing_runs(ledger)}
    found = [path for name in run_ids for path in base.glob(f"dag_id=*/run_id={glob.escape(name)}/**/*.log")]
    for path in sorted(found):
        if path.is_file():
            yield path.relative_to(base).as_posix(), path
