"""Operators that move the content of volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cce_migration.operators.base import MigrationOperator, ShardOperator
from include.volumes import copy_volumes, prove_volumes

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.run import MigrationRun


class CopyVolumesOperator(ShardOperator):
    """Copy the files of volumes by Jobs in both clusters while applications write; the cutover moves the differences."""

    def act(self, run: MigrationRun, context: Context) -> int:
        """Copy the volumes of the shard and return their number."""
        return copy_volumes(run, self.shard["keys"])


class ProveVolumesOperator(MigrationOperator):
    """Compare what arrived in the target's volumes with the snapshots it came from."""

    def act(self, run: MigrationRun, context: Context) -> int:
        """Prove all volumes and return their number."""
        return prove_volumes(run)
