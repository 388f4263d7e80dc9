"""Operators of the phase adaptation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cce_migration.operators.base import MigrationOperator
from include.adaptation import adapt_objects, adapt_secrets, dry_run_objects

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.run import MigrationRun


class AdaptObjectsOperator(MigrationOperator):
    """Rewrite every planned object for CCE by the rule pack, and keep the difference of each in the ledger.

    Images, StorageClasses and sizes, load balancers, Ingresses, node labels, addresses of what moved, pull secrets.
    """

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many objects were looked at."""
        return adapt_objects(run)


class DryRunObjectsOperator(MigrationOperator):
    """Have the target's API server judge each adapted object by a dry run, admission included; nothing is stored."""

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many objects were tried."""
        return dry_run_objects(run)


class AdaptSecretsOperator(MigrationOperator):
    """Rewrite moved addresses inside restored Secrets; their values never leave memory."""

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many Secrets changed."""
        return adapt_secrets(run)
