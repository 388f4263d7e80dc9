"""Operators of the phase source_retirement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.standard.triggers.temporal import DateTimeTrigger
from airflow.sdk.exceptions import AirflowSkipException

from cce_migration.operators.base import MigrationOperator
from cce_migration.operators.report import WriteReportOperator
from include.retirement import (
    begin_retirement,
    delete_source,
    fence_source,
    keep_last_backup,
    observe_source,
    remove_from_buckets,
    remove_from_databases,
    remove_installation,
    retirement_due,
    write_certificate,
)

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.run import MigrationRun


class CheckRetirementOperator(WriteReportOperator):
    """Go on only when the definition says that the source is to be retired; then write the report of the cutover.

    The clock may run for days: people want to read how the cutover went before.
    """

    def execute(self, context: Context) -> Any:
        """Begin the phase, which a report alone is no part of."""
        return MigrationOperator.execute(self, context)

    def act(self, run: MigrationRun, context: Context) -> dict[str, Any]:
        """Skip the phase when retirement is off; it is then finished at once."""
        if not run.definition.retirement.enabled:
            run.ledger.phase_finished(self.phase, "succeeded")
            raise AirflowSkipException(
                "retirement.enabled of the definition is false: the source stays as it is"
            )
        return super().act(run, context)


class BeginRetirementOperator(MigrationOperator):
    """Refuse a run that was rolled back, whose traffic is not on the target, or whose source is retired already."""

    def act(self, run: MigrationRun, context: Context) -> None:
        """Note what the person who triggered it chose to delete; nothing chosen leaves it to the definition."""
        begin_retirement(run, context["params"].get("delete"))


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
    """Hold everything on the source, then watch it: nobody may be served, logged in or writing there."""

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many parts of the source were proved to be quiet."""
        fence_source(run)
        return observe_source(run)


class RemoveInstallationOperator(MigrationOperator):
    """See that the last backup is kept, then remove what the migration put into clusters, databases and buckets."""

    def act(self, run: MigrationRun, context: Context) -> None:
        """Remove it and record a proof for each place."""
        keep_last_backup(run)
        remove_from_databases(run)
        remove_from_buckets(run)
        remove_installation(run)


class DeleteSourceOperator(MigrationOperator):
    """Delete of the source what was chosen, for good; nothing unless it was chosen."""

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many things were deleted."""
        return delete_source(run)


class WriteCertificateOperator(MigrationOperator):
    """Certify what moved, how each piece was proved, and that the source is out of service."""

    def act(self, run: MigrationRun, context: Context) -> str:
        """Return the certificate's hash."""
        return str(write_certificate(run)["sha256"])
