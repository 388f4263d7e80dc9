"""## Look after the way back

Every ten minutes: looks how much of its log each target keeps for a rollback, of every migration whose traffic was switched and whose
source is not retired. A slot that keeps more than the definition's `follow.most_retained` is dropped before it fills the target's disk: a
rollback then copies whole tables, which takes longer and loses nothing. See `docs/rolling-back.md`.
"""

from __future__ import annotations

from airflow.sdk import dag

from cce_migration.operators.rolling_back import GuardWaysBackOperator
from cce_migration.retries import DEFAULT_ARGS


@dag(
    dag_id="look_after_way_back",
    schedule="*/10 * * * *",
    catchup=False,
    max_active_runs=1,
    # A guard that nobody has turned on guards nothing.
    is_paused_upon_creation=False,
    default_args=DEFAULT_ARGS,
    doc_md=__doc__,
    tags=["cce", "rollback"],
)
def look_after_way_back() -> None:
    """Look."""
    GuardWaysBackOperator(task_id="look_after_ways_back")


look_after_way_back()
