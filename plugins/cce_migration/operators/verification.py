"""Operators of the phase verification; the cutover uses them again after its last pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cce_migration.operators.base import MigrationOperator
from include.cutover import front_door_addresses, release_workloads
from include.verification import run_checks, verify_objects, verify_running, verify_workloads

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
    """Wait until every workload of the target has as many ready pods as on the source.

    :param compares: then compare images by digest, endpoints, names inside the cluster, Ingresses, mounts and schedules with the
        source's; not while customers wait.
    """

    def __init__(self, *, compares: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.compares = compares

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many rows were verified."""
        found = verify_workloads(run)
        return found + verify_running(run) if self.compares else found


class RunChecksOperator(MigrationOperator):
    """Make the definition's checks against the target's own load balancer, databases and Jobs.

    :param compares: ask the source, too, and measure how long both take; not while customers wait.
    """

    def __init__(self, *, compares: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.compares = compares

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many checks were satisfied."""
        return run_checks(run, front_door_addresses(run, with_source=self.compares), compares=self.compares)
