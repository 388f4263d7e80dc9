"""Operators of the phase resource_planning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cce_migration.operators.base import MigrationOperator
from include.assessment import assess
from include.inventory import take_inventory
from include.inventory.model import SEVERITIES
from include.planning import (
    check_preflight,
    check_target,
    complete_plan,
    find_obstacles,
    load_plan,
    make_target,
    prepare_targets,
)
from include.planning.shards import shard_rows
from include.proposal import propose

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.run import MigrationRun


class ReadDefinitionOperator(MigrationOperator):
    """Read the definition, all of its errors at once, and open the record of this run."""

    def act(self, run: MigrationRun, context: Context) -> dict[str, str]:
        """Return the migration's name and where its record lies."""
        return {"migration": run.definition.name, "ledger": str(run.ledger.folder)}


class CheckPreflightOperator(MigrationOperator):
    """Check everything that the definition names, on both sides, before anything is touched.

    Logins of clusters, registries, databases, object storage, DNS and cloud; rights, versions, clocks, capacity and classes
    of the target; targets that hold something foreign. All problems are reported at once, each with its remedy. A target that
    is to be made: whether it can be; the rest waits until it is there.
    """

    def act(self, run: MigrationRun, context: Context) -> None:
        """Check; raise one error with all problems."""
        check_preflight(run)


class TakeInventoryOperator(MigrationOperator):
    """Read every object of the source's namespaces into the ledger, once: later phases read it there.

    Values of Secrets are replaced by hashes before anything is written.
    """

    def act(self, run: MigrationRun, context: Context) -> dict[str, Any]:
        """Take the inventory and return how much there is."""
        return take_inventory(run)


class FindObstaclesOperator(MigrationOperator):
    """Look for what stands in the way of a migration; blockers, warnings and hints go to the report."""

    def act(self, run: MigrationRun, context: Context) -> dict[str, int]:
        """Return the number of findings by severity."""
        findings = find_obstacles(run)
        return {severity: sum(one.severity == severity for one in findings) for severity in SEVERITIES}


class AssessOperator(MigrationOperator):
    """Tell what is there, what a migration takes, and which target it needs; nothing is asked of the target cloud.

    Sizes of images, databases and buckets are known as far as the definition's connections answer.
    """

    def act(self, run: MigrationRun, context: Context) -> dict[str, int]:
        """Write the assessment and return a few numbers of it."""
        return assess(run)


class PlanMigrationOperator(MigrationOperator):
    """Plan one row per item: image, database, bucket, object, volume, check, endpoint, with predicted bytes and seconds.

    Findings that block the migration end it here, all at once. The tab *Migration report* then shows the plan.
    """

    def act(self, run: MigrationRun, context: Context) -> dict[str, int]:
        """Make the plan and return its numbers of rows."""
        plan = propose(run)
        return {"items": len(plan.items()), "excluded": len(plan.excluded())}


class MakeTargetOperator(MigrationOperator):
    """Make what the approved plan says, or take what is there, and wait until it is ready.

    The target cluster and its node pools, RDS instances, the SWR organization, the load balancer.

    What a killed try has ordered is found by its name and its tag. Nothing that is there is ever changed in size.
    """

    def act(self, run: MigrationRun, context: Context) -> dict[str, int]:
        """Return how much was to be made and to be taken."""
        return make_target(run)


class CheckTargetOperator(MigrationOperator):
    """Check what could not be checked before cluster and database servers were there: rights, versions, room, namespaces.

    What existed before was checked with everything else. Addresses that only the cloud knew are put where the source's stand.
    """

    def act(self, run: MigrationRun, context: Context) -> int:
        """Return how many checks had waited; raise one error with all problems."""
        count = check_target(run)
        complete_plan(run)
        return count


class PrepareTargetsOperator(MigrationOperator):
    """Make the target buckets that are missing, and mark buckets and databases as this migration's own."""

    def act(self, run: MigrationRun, context: Context) -> None:
        """Prepare them and record a proof for each."""
        prepare_targets(run)


class ChooseShardsOperator(MigrationOperator):
    """Split the planned items of this phase into shards that are worked on side by side, a task each.

    :param kind: kind of the items, e.g. `image`.
    :param rows_per_shard: items a shard has before there is another one.
    """

    def __init__(self, *, kind: str, rows_per_shard: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind = kind
        self.rows_per_shard = rows_per_shard

    def act(self, run: MigrationRun, context: Context) -> list[dict[str, Any]]:
        """Return the shards: their names and the keys of their items."""
        rows = load_plan(run.ledger).items(self.phase, self.kind)
        return shard_rows(rows, rows_per_shard=self.rows_per_shard)
