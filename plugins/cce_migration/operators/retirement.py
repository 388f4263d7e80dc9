"""Operators of the phase source_retirement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.standard.triggers.temporal import DateTimeTrigger
from airflow.sdk.exceptions import AirflowSkipException

from cce_migration.operators.base import MigrationOperator
from include.retirement import fence_source, remove_installation, retirement_due, write_certificate

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.run import MigrationRun


class CheckRetirementOperator(MigrationOperator):
    """Go on only when the definition says that the source is to be retired."""

    def act(self, run: MigrationRun, context: Context) -> None:
        """Skip the phase when retirement is off; it is then finished at once."""
        if not run.definition.retirement.enabled:
            run.ledger.phase_finished(self.phase, "succeeded")
            raise AirflowSkipException(
                "retirement.enabled of the definition is false: the source stays as it is"
            )


class WaitForRetirementOperator(MigrationOperator):
    """Wait for the definition's hours after the cutover, without taking a worker's slot."""

    def act(self, run: MigrationRun, context: Context) -> None:
        """Sleep in the triggerer."""
        due = retirement_due(run)
        self.log.info("The source stays as it is until %s", due.isoformat(timespec="minutes"))
        self.defer(trigger=DateTimeTrigger(due), method_name="wake")

    def wake(self, context: Context, event: Any = None) -> None:
        """End the wait."""


class FenceSourceOperator(MigrationOperator):
    """Hold everything on the source and prove by requests that it serves nobody."""

    def act(self, run: MigrationRun, context: Context) -> None:
        """Fence it."""
        fence_source(run)


class RemoveInstallationOperator(MigrationOperator):
    """Remove from both clusters what the migration installed."""

    def act(self, run: MigrationRun, context: Context) -> None:
        """Remove it and record a proof for each side."""
        remove_installation(run)


class WriteCertificateOperator(MigrationOperator):
    """Certify what moved, how each piece was proved, and that the source is out of service."""

    def act(self, run: MigrationRun, context: Context) -> str:
        """Return the certificate's hash."""
        return str(write_certificate(run)["sha256"])
