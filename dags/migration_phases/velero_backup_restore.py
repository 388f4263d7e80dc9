"""Phase velero_backup_restore: objects by Velero, held still, and the content of their volumes."""

from __future__ import annotations

from airflow.sdk import TriggerRule, task_group
from airflow.sdk.bases.operator import chain

from cce_migration.operators.adaptation import AdaptSecretsOperator
from cce_migration.operators.planning import ChooseShardsOperator
from cce_migration.operators.velero import (
    BackUpObjectsOperator,
    ProveBackupOperator,
    ProveRestoreOperator,
    RestoreObjectsOperator,
)
from cce_migration.operators.volumes import CopyVolumesOperator, ProveVolumesOperator


@task_group
def velero_backup_restore() -> None:
    """Back the objects up on the source, restore them adapted and held on the target, and copy their volumes."""
    shards = ChooseShardsOperator(task_id="choose_shards", kind="volume", rows_per_shard=8)
    copies = CopyVolumesOperator.partial(
        task_id="copy_volumes", map_index_template="{{ task.shard.name }}"
    ).expand(shard=shards.output)
    chain(
        BackUpObjectsOperator(task_id="back_up_objects"),
        ProveBackupOperator(task_id="prove_backup"),
        RestoreObjectsOperator(task_id="restore_objects"),
        ProveRestoreOperator(task_id="prove_restore"),
        AdaptSecretsOperator(task_id="adapt_secrets"),
        copies,
        ProveVolumesOperator(task_id="prove_volumes", ends_phase=True, trigger_rule=TriggerRule.NONE_FAILED),
    )
