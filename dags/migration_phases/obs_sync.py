"""Phase obs_sync: buckets into OBS, warm; the cutover moves what changes afterwards."""

from __future__ import annotations

from airflow.sdk import TriggerRule, task_group

from cce_migration.operators.objects import CopyBucketsOperator, ProveBucketsOperator, ShareBucketsOperator


@task_group
def obs_sync() -> None:
    """Copy each bucket with headers, metadata and tags, and prove every object."""
    shards = ShareBucketsOperator(task_id="choose_shards")
    copies = CopyBucketsOperator.partial(
        task_id="copy_buckets", map_index_template="{{ task.shard.name }}"
    ).expand(shard=shards.output)
    copies >> ProveBucketsOperator(
        task_id="prove_buckets", ends_phase=True, trigger_rule=TriggerRule.NONE_FAILED
    )
