"""Phase rds_dump_restore: databases into RDS, warm; the cutover moves what changes afterwards."""

from __future__ import annotations

from airflow.sdk import TriggerRule, task_group

from cce_migration.operators.databases import CopyDatabasesOperator, ProveDatabasesOperator
from cce_migration.operators.planning import ChooseShardsOperator


@task_group
def rds_dump_restore() -> None:
    """Copy each database with roles, schema, rows, sequences and large objects, and prove every table."""
    shards = ChooseShardsOperator(task_id="choose_shards", kind="database", rows_per_shard=1)
    copies = CopyDatabasesOperator.partial(
        task_id="copy_databases", map_index_template="{{ task.shard.name }}"
    ).expand(shard=shards.output)
    copies >> ProveDatabasesOperator(
        task_id="prove_databases", ends_phase=True, trigger_rule=TriggerRule.NONE_FAILED
    )
