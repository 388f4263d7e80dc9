"""Operators of the phase rds_dump_restore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowSkipException

from cce_migration.lineage import DataOperator
from cce_migration.metrics import sending
from cce_migration.operators.base import MigrationOperator
from include.databases import copy_database, follow_databases, prove_databases
from include.measures import lag_measures

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.run import MigrationRun


class CopyDatabasesOperator(DataOperator):
    """Copy a database while its writers go on: roles, schema, rows, sequences, large objects.

    A repeated copy takes the changed tables only. A target that is in use already is never written to.
    """

    def copy(self, run: MigrationRun) -> dict[str, str]:
        """Copy the databases of the shard and return what was done with each."""
        return {key: copy_database(run, key) for key in self.shard["keys"]}


class ProveDatabasesOperator(MigrationOperator):
    """Compare row counts and an order-free hash of every table, sequences, large objects, definitions and roles."""

    def act(self, run: MigrationRun, context: Context) -> int:
        """Prove all databases and return their number."""
        return prove_databases(run)


class FollowDatabasesOperator(MigrationOperator):
    """Carry every changed row over, from the copy until the cutover's last pass; skipped without a database in mode `follow`."""

    def act(self, run: MigrationRun, context: Context) -> dict[str, int]:
        """Return the number of rows that were applied to each database."""
        if "cutover" in run.choice.left_out:
            raise AirflowSkipException("nothing would end it: the cutover is not chosen for this run")
        with sending(lambda: lag_measures(run.ledger)):
            rows = follow_databases(run)
        if rows is None:
            raise AirflowSkipException("no database of the definition has mode follow")
        return rows
