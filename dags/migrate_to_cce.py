"""## Migrate a Kubernetes estate to CCE

One run moves the estate that a definition describes (see `docs/definition.md`): images to SWR, databases to RDS, buckets
to OBS, objects and volumes into the cluster. Nothing on the source is changed before the cutover, but for Velero's own
namespace. Two approvals are asked for: of the plan, again when the source has changed meanwhile, and of the cutover with the evidence
before you.

The trigger form chooses the definition, a dry run that ends with the plan and its report, the phases to run, and fields that
take the place of the definition's in this run.

A failed task can be cleared: every step finds what it has done before and goes on from there. A new run of the same
definition copies only what differs.
"""

from __future__ import annotations

from airflow.sdk import dag

from cce_migration.operators.clearing import clear_up_whatever_happens
from cce_migration.operators.report import report_whatever_happens
from cce_migration.params import choice_params, migration_params
from cce_migration.retries import DEFAULT_ARGS
from cce_migration.watcher import watch_all_tasks
from migration_phases.adaptation import adaptation
from migration_phases.cutover import cutover
from migration_phases.following import follow_beside
from migration_phases.obs_sync import obs_sync
from migration_phases.rds_dump_restore import rds_dump_restore
from migration_phases.resource_planning import resource_planning
from migration_phases.source_retirement import source_retirement
from migration_phases.swr_image_sync import swr_image_sync
from migration_phases.velero_backup_restore import velero_backup_restore
from migration_phases.velero_install import velero_install
from migration_phases.verification import verification


@dag(
    dag_id="migrate_to_cce",
    schedule=None,
    catchup=False,
    # Two runs of one definition would write into the same targets.
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params=migration_params(**choice_params()),
    doc_md=__doc__,
    tags=["cce", "migration"],
)
def migrate_to_cce() -> None:
    """Wire the phases in the order in which they depend on each other."""
    planning = resource_planning()
    images, databases, buckets = swr_image_sync(), rds_dump_restore(), obs_sync()
    velero, adapted, restored = velero_install(images), adaptation(), velero_backup_restore()
    verified, switched, retired = verification(), cutover(), source_retirement()

    planning >> [images, databases, buckets, velero, adapted]
    [velero, adapted] >> restored
    [databases, buckets, restored] >> verified >> switched >> retired
    follow_beside(databases)
    first = planning.get_child_by_label("read_definition")
    clear_up_whatever_happens(first)
    watch_all_tasks(report_whatever_happens("migration", first))


migrate_to_cce()
