"""Operators that install Velero, back up and restore. A retry finds what a killed try has submitted, by its name."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from airflow.sdk import ResumableJobMixin

from cce_migration.operators.base import MigrationOperator
from include.connections import Side
from include.errors import ObjectNotFoundError
from include.velero import (
    install_velero,
    prove_backup,
    prove_canary,
    prove_restore,
    state_of,
    submit_backup,
    submit_restore,
    wait_for_backup,
    wait_for_restore,
)
from include.velero.attempts import Kind, is_disproved
from include.velero.states import read_phase

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.clusters import Cluster
    from include.run import MigrationRun

MISSING = "Missing"
# Velero calls it completed, and the proof found something missing.
DISPROVED = "Disproved"


class InstallVeleroOperator(MigrationOperator):
    """Install Velero in one cluster, or bring this migration's installation up to date, and wait until it serves.

    A Velero that somebody else installed is never touched: the task then fails and says so.

    :param side: `source` or `target`.
    """

    def __init__(self, *, side: Side, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.side = side

    def act(self, run: MigrationRun, context: Context) -> None:
        """Install it."""
        install_velero(run, self.side)


class ProveCanaryOperator(MigrationOperator):
    """Send one small object the whole way: written, listed, backed up on the source, restored on the target."""

    def act(self, run: MigrationRun, context: Context) -> None:
        """Prove both installations."""
        prove_canary(run)


class VeleroJobOperator(ResumableJobMixin, MigrationOperator):
    """Submit one of Velero's jobs and wait for its end; its name is kept in the task's state store."""

    external_id_key = "name"
    plural: str
    kind: Kind

    def act(self, run: MigrationRun, context: Context) -> Any:
        """Submit or find the job, and wait."""
        self._run = run
        return self.execute_resumable(context)

    def submit_job(self, context: Context) -> str:
        """Return the name of the job, submitted now or by an earlier try."""
        return self.submit(self._run)

    def get_job_status(self, external_id: Any, context: Context) -> str:
        """Return the job's phase as Velero tells it."""
        try:
            phase = read_phase(self.cluster(self._run), self.plural, str(external_id))
        except ObjectNotFoundError:
            return MISSING
        return DISPROVED if is_disproved(self._run, self.kind, str(external_id)) else phase

    def is_job_active(self, status: str) -> bool:
        """Say whether the job is to be waited for."""
        return status not in {MISSING, DISPROVED} and state_of(status) == "waiting"

    def is_job_succeeded(self, status: str) -> bool:
        """Say whether the job is done."""
        return state_of(status) == "done"

    def poll_until_complete(self, external_id: Any, context: Context) -> str:
        """Wait for the job's end, whichever it is: the next task proves what it left. Return its name."""
        self.log.info("%s %s ended as %s", self.plural[:-1], external_id, self.wait(self._run))
        return str(external_id)

    def get_job_result(self, external_id: Any, context: Context) -> str:
        """Return the job's name."""
        return str(external_id)

    @abstractmethod
    def submit(self, run: MigrationRun) -> str:
        """Submit the job unless it is there; return its name."""

    @abstractmethod
    def wait(self, run: MigrationRun) -> str:
        """Wait for the job's end and return its last phase."""

    @abstractmethod
    def cluster(self, run: MigrationRun) -> Cluster:
        """Return the cluster in which the job runs."""


class BackUpObjectsOperator(VeleroJobOperator):
    """Back up the planned objects on the source, exactly those of the plan, without volume content."""

    plural, kind = "backups", "backup"

    def submit(self, run: MigrationRun) -> str:
        """Submit the backup."""
        return submit_backup(run)

    def wait(self, run: MigrationRun) -> str:
        """Wait for the backup."""
        return wait_for_backup(run)

    def cluster(self, run: MigrationRun) -> Cluster:
        """Return the source."""
        return run.source


class ProveBackupOperator(MigrationOperator):
    """Look into the bucket for every planned object: a backup's phase alone proves nothing."""

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many objects are stored."""
        return prove_backup(run)


class RestoreObjectsOperator(VeleroJobOperator):
    """Restore the objects on the target, each adapted as it is created, workloads held at zero replicas."""

    plural, kind = "restores", "restore"

    def submit(self, run: MigrationRun) -> str:
        """Submit the restore."""
        return submit_restore(run)

    def wait(self, run: MigrationRun) -> str:
        """Wait for the restore."""
        return wait_for_restore(run)

    def cluster(self, run: MigrationRun) -> Cluster:
        """Return the target."""
        return run.target


class ProveRestoreOperator(MigrationOperator):
    """Read every planned object back from the target."""

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many objects are there."""
        return prove_restore(run)
