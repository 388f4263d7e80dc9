"""Make the plan: one row per item, from the inventory and the definition."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from include.errors import PermanentError, PreflightError
from include.inventory.snapshot_choices import find_snapshot_choices
from include.inventory.store import Inventory, load_inventory
from include.objects.setting_marks import note_settings
from include.phases import PHASES
from include.planning.balancer_row import balancer_rows
from include.planning.binding import planning_run
from include.planning.cluster_rows import cluster_rows
from include.planning.data_rows import bucket_rows, database_rows
from include.planning.fixed_rows import fixed_rows
from include.planning.folder_rows import folder_rows
from include.planning.image_rows import image_rows
from include.planning.instance_rows import instance_rows
from include.planning.live_rows import live_rows
from include.planning.model import Plan, PlanItem, save_plan
from include.planning.object_rows import object_rows, volume_rows
from include.planning.obstacles import find_obstacles, refuse_blockers
from include.planning.organization_row import organization_rows
from include.planning.targets import target_rows
from include.planning.webhook_rows import webhook_rows
from include.rehearsal.planning import rehearsed_rows

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)
READERS = 8


def plan_migration(run: MigrationRun) -> Plan:
    """Make the plan from the inventory, and write it with the items it excludes.

    :raises PreflightError: when findings block the migration, an image is gone, there is nothing to do, or more than Velero
        takes.
    """
    refuse_blockers(find_obstacles(run, in_data=True))
    inventory = load_inventory(run.ledger)
    plan = Plan(items=sorted(_rows(run, inventory), key=lambda row: (PHASES.index(row.phase), row.key)))
    if not plan.items("velero_backup_restore"):
        raise PreflightError(
            f"namespaces {', '.join(inventory.namespaces)}, source cluster: hold nothing to migrate; "
            "correct source.namespaces in the definition"
        )
    save_plan(run.ledger, plan)
    note_settings(run)
    _forget_exclusions(run, plan)
    _refuse_more_than_velero_takes(run, plan)
    for row in plan.excluded():
        run.ledger.record_item(row.phase, row.record("excluded"))
    logger.info("The plan has %s rows, and leaves %s out", len(plan.items()), len(plan.excluded()))
    return plan


def _forget_exclusions(run: MigrationRun, plan: Plan) -> None:
    """Take back what an earlier plan of this run said of things that are there no longer."""
    kept = {(row.phase, row.key) for row in plan.rows}
    for item in run.ledger.items():
        if item.action == "excluded" and (item.phase, item.key) not in kept:
            run.ledger.remove_item(item.phase, item.key)


def _refuse_more_than_velero_takes(run: MigrationRun, plan: Plan) -> None:
    """Make now what the backup and the restore will be told, hours before they are: it has to fit."""
    from include.adaptation import adapted_plan, resource_modifiers
    from include.velero.filters import filter_config_map

    try:
        filter_config_map("filter", {}, plan.items("velero_backup_restore", "object"))
        stand_in = planning_run(run)
        resource_modifiers(stand_in, adapted_plan(stand_in))
    except PermanentError as error:
        raise PreflightError([str(error)]) from error


def _rows(run: MigrationRun, inventory: Inventory) -> list[PlanItem]:
    with ThreadPoolExecutor(READERS) as pool:
        outside = [
            pool.submit(image_rows, run, inventory.images()),
            pool.submit(database_rows, run),
            pool.submit(bucket_rows, run),
            pool.submit(cluster_rows, run, inventory),
            pool.submit(instance_rows, run),
            pool.submit(organization_rows, run),
            pool.submit(balancer_rows, run),
        ]
        choices = run.definition.volumes
        rows = object_rows(inventory, choices)
        snapshots = find_snapshot_choices(inventory, run.definition)
        classes = {one.volume.name: one.snapshot_class for one in snapshots if one.snapshot_class}
        rows += volume_rows(inventory.volumes(), run.definition.target.storage_classes, choices, classes)
        rows += folder_rows(inventory, run.definition)
        rows += live_rows(rows, inventory)
        rows += webhook_rows(inventory) + fixed_rows(run.definition) + target_rows(run)
        rows += [row for future in outside for row in future.result()]
    return rehearsed_rows(rows) if run.is_rehearsal else rows
