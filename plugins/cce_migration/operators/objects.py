"""Operators of the phase obs_sync."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cce_migration.lineage import DataOperator
from cce_migration.operators.base import MigrationOperator
from include.objects import copy_shard, prove_buckets, shard_buckets

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.run import MigrationRun


class ShareBucketsOperator(MigrationOperator):
    """Share the planned buckets among at most 16 tasks of about equal work: large buckets in ranges of their keys, small ones whole."""

    def act(self, run: MigrationRun, context: Context) -> list[dict[str, Any]]:
        """Return the shards: their names, the keys of their buckets, and the numbers of the pieces."""
        return shard_buckets(run)


class CopyBucketsOperator(DataOperator):
    """Copy the objects of buckets, or of pieces, with headers, metadata and tags; a repeated copy takes what differs.

    A piece compares its objects, too: the proof of the bucket asks only for what was changed since.
    """

    def copy(self, run: MigrationRun) -> dict[str, str]:
        """Copy the buckets of the shard and return what was done with each."""
        return dict(copy_shard(run, self.shard))


class ProveBucketsOperator(MigrationOperator):
    """Compare every key, size, whole-object hash and metadata on both sides."""

    def act(self, run: MigrationRun, context: Context) -> int:
        """Prove all buckets and return their number."""
        return prove_buckets(run)
