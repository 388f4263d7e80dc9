"""Operators of the phase rds_dump_restore."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cce_migration.operators.base import MigrationOperator
from include.databases import copy_database, prove_databases

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.run import MigrationRun


class CopyDatabasesOperator(MigrationOperator):
    """Copy a database while its writers go on: roles, schema, rows, sequences, large objects.

    A repeated copy takes the changed tables only. A target that is in use already is never written to.

    :param shard: name of the shard and keys of its databases.
    """

    template_fields = ("shard",)

    def __init__(self, *, shard: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shard = shard

    def act(self, run: MigrationRun, context: Context) -> dict[str, str]:
        """Copy the databases of the shard and return what was done with each."""
        return {key: copy_database(run, key) for key in self.shard["keys"]}


class ProveDatabasesOperator(MigrationOperator):
    """Compare row counts and an order-free hash of every table, sequences, large objects, definitions and roles."""

    def act(self, run: MigrationRun, context: Context) -> int:
        """Prove all databases and return their number."""
        return prove_databases(run)
