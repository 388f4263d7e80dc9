"""Operators of the phase obs_sync."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cce_migration.lineage import DataOperator
from cce_migration.operators.base import MigrationOperator
from include.objects import copy_bucket, prove_buckets

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.run import MigrationRun


class CopyBucketsOperator(DataOperator):
    """Copy the objects of a bucket with their headers, metadata and tags; a repeated copy takes what differs."""

    def copy(self, run: MigrationRun) -> dict[str, str]:
        """Copy the buckets of the shard and return what was done with each."""
        return {key: copy_bucket(run, key) for key in self.shard["keys"]}


class ProveBucketsOperator(MigrationOperator):
    """Compare every key, size, whole-object hash and metadata on both sides."""

    def act(self, run: MigrationRun, context: Context) -> int:
        """Prove all buckets and return their number."""
        return prove_buckets(run)
