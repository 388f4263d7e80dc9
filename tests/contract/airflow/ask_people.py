"""A DAG of the tests: one step of a phase, then the cutover's question, with evidence of its own."""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task_group

from cce_migration.operators.approvals import ApproveCutoverOperator
from cce_migration.operators.base import MigrationOperator
from cce_migration.params import migration_params
from cce_migration.retries import DEFAULT_ARGS

EVIDENCE = """\
## Switch shop.lab. to eu-de

| Phase | Proved | Waived | Left out | Open | Moved |
|---|---|---|---|---|---|
| swr_image_sync | 24 | 0 | 0 | 0 | 620 MB |
| rds_dump_restore | 2 | 0 | 0 | 0 | 1.2 GB |

**Every item has an equal proof or a waiver.**
"""


class AskOperator(ApproveCutoverOperator):
    """Ask."""

    def evidence(self, run: Any, context: Any) -> str:
        """Return what the tests look for."""
        return EVIDENCE


class WorkOperator(MigrationOperator):
    """Work."""

    def act(self, run: Any, context: Any) -> int:
        """Say something."""
        self.log.info("12 of 24 objects, 310 of 620 MB, 39 MB/s, 8 s, about 8 s left")
        return 1


@dag(schedule=None, default_args=DEFAULT_ARGS, params=migration_params())
def ask_people() -> None:
    """Work, and ask."""

    @task_group
    def obs_sync() -> None:
        WorkOperator(task_id="copy_buckets", ends_phase=True)

    @task_group
    def cutover() -> None:
        AskOperator(task_id="approve_cutover")

    obs_sync() >> cutover()


ask_people()
