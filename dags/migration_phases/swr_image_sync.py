"""Phase swr_image_sync: every image the cluster runs, by digest, to SWR."""

from __future__ import annotations

from airflow.sdk import TriggerRule, task_group

from cce_migration.operators.images import CopyImagesOperator, ProveImagesOperator
from cce_migration.operators.planning import ChooseShardsOperator


@task_group
def swr_image_sync() -> None:
    """Copy every image the cluster runs, by digest, to SWR, and prove each by its config and layers."""
    shards = ChooseShardsOperator(task_id="choose_shards", kind="image", rows_per_shard=48)
    copies = CopyImagesOperator.partial(
        task_id="copy_images", map_index_template="{{ task.shard.name }}"
    ).expand(shard=shards.output)
    copies >> ProveImagesOperator(
        task_id="prove_images", ends_phase=True, trigger_rule=TriggerRule.NONE_FAILED
    )
