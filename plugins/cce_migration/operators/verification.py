"""Operators of the phase verification; the cutover uses them again after its last pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cce_migration.operators.base import MigrationOperator
from include.cutover import release_workloads, target_address
from include.verification import run_checks, verify_objects, verify_workloads

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.run import MigrationRun


class ReleaseWorkloadsOperator(MigrationOperator):
    """Let the target's workloads run, with the replicas they had on the source.

    CronJobs and Jobs stay suspended until the source stands still: both sides would do the same work twice.
    """

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many workloads were released."""
        return release_workloads(run)


class VerifyObjectsOperator(MigrationOperator):
    """Compare every field of every object of the target with what the source's would be there."""

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many objects were compared."""
        return verify_objects(run)


class VerifyWorkloadsOperator(MigrationOperator):
    """Wait until every workload of the target has as many ready pods as on the source."""

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many workloads run."""
        return verify_workloads(run)


class RunChecksOperator(MigrationOperator):
    """Make the definition's HTTP and SQL checks against the target's own load balancer and databases."""

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many checks were satisfied."""
        return run_checks(run, target_address(run))
