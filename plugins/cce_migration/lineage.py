"""Tell OpenLineage what a task read and wrote, where its provider is installed and has a transport."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cce_migration.operators.base import ShardOperator
from include.lineage import Move, moved_datasets

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage
    from airflow.sdk import Context

    from include.run import MigrationRun


class DataOperator(ShardOperator):
    """Copy databases or buckets of a shard; the provider asks it afterwards what they were."""

    moves: tuple[Move, ...] = ()

    def act(self, run: MigrationRun, context: Context) -> Any:
        """Copy, and remember what was copied into what."""
        done = self.copy(run)
        self.moves = tuple(moved_datasets(run, self.shard["keys"]))
        return done

    def copy(self, run: MigrationRun) -> Any:
        """Do the step; return keys and counts only."""
        raise NotImplementedError

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> OperatorLineage:
        """Return inputs and outputs; Airflow's provider calls it by this name."""
        from airflow.providers.openlineage.extractors import OperatorLineage
        from openlineage.client.event_v2 import Dataset

        return OperatorLineage(
            inputs=[Dataset(*move.source) for move in self.moves],
            outputs=[Dataset(*move.target) for move in self.moves],
        )
