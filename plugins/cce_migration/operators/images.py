"""Operators of the phase swr_image_sync."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cce_migration.operators.base import MigrationOperator, ShardOperator
from include.images import copy_images, prove_images
from include.planning import load_plan

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.run import MigrationRun


class CopyImagesOperator(ShardOperator):
    """Copy images to SWR by the digest the cluster runs; layers travel once, and those that are there are not sent."""

    def act(self, run: MigrationRun, context: Context) -> int:
        """Copy the images of the shard and return their number."""
        return copy_images(run, self.shard["keys"])


class ProveImagesOperator(MigrationOperator):
    """Compare config and layer digests of every image and chosen platform in both registries."""

    def act(self, run: MigrationRun, context: Context) -> int:
        """Prove all images and return their number."""
        return prove_images(run, [row.key for row in load_plan(run.ledger).items(self.phase, "image")])
