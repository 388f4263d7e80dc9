"""Phase velero_install: Velero in both clusters, proved by a canary."""

from __future__ import annotations

from airflow.sdk import TaskGroup, task_group

from cce_migration.operators.velero import InstallVeleroOperator, ProveCanaryOperator


@task_group
def velero_install(images: TaskGroup) -> None:
    """Install Velero in both clusters and send a canary the whole way.

    :param images: the phase that brings Velero's images to SWR, from where the target pulls them.
    """
    on_source = InstallVeleroOperator(task_id="install_velero_on_source", side="source")
    on_target = InstallVeleroOperator(task_id="install_velero_on_target", side="target")
    images >> on_target
    [on_source, on_target] >> ProveCanaryOperator(task_id="prove_canary", ends_phase=True)
