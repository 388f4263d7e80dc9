"""## Rehearse a migration

The phases of `migrate_to_cce` into targets that are thrown away: namespaces, database instances and buckets with the ending
`-rehearsal`. The source goes on serving, traffic and the real targets are not touched. In the place of the cutover its last
pass is timed: that is the downtime to expect. Afterwards everything is removed again, also after a failure.

Two rehearsals run at once, of different definitions (`CCE_MIGRATION_REHEARSALS_AT_ONCE`); others wait. `rehearse_when_due`
triggers those whose definition has a schedule. See `docs/rehearsals.md`.
"""

from __future__ import annotations

from airflow.sdk import dag

from cce_migration.operators.clearing import clear_up_whatever_happens
from cce_migration.operators.rehearsal import throw_away_whatever_happens
from cce_migration.operators.report import report_whatever_happens
from cce_migration.params import migration_params
from cce_migration.retries import DEFAULT_ARGS
from cce_migration.watcher import watch_all_tasks
from include.rehearsal.bandwidth import rehearsals_at_once
from migration_phases.adaptation import adaptation
from migration_phases.obs_sync import obs_sync
from migration_phases.rds_dump_restore import rds_dump_restore
from migration_phases.rehearsed_cutover import rehearsed_cutover
from migration_phases.resource_planning import resource_planning
from migration_phases.swr_image_sync import swr_image_sync
from migration_phases.velero_backup_restore import velero_backup_restore
from migration_phases.velero_install import velero_install
from migration_phases.verification import verification


@dag(
    dag_id="rehearse_migration",
    schedule=None,
    catchup=False,
    # Each of them loads sources, lines and the target.
    max_active_runs=rehearsals_at_once(),
    default_args=DEFAULT_ARGS,
    params=migration_params(),
    doc_md=__doc__,
    tags=["cce", "rehearsal"],
)
def rehearse_migration() -> None:
    """Wire the phases as the migration does, but for its cutover and its retirement."""
    planning = resource_planning(rehearses=True)
    images, databases, buckets = swr_image_sync(), rds_dump_restore(), obs_sync()
    velero, adapted, restored = velero_install(images), adaptation(), velero_backup_restore()
    verified, measured = verification(), rehearsed_cutover()

    planning >> [images, databases, buckets, velero, adapted]
    [velero, adapted] >> restored
    [databases, buckets, restored] >> verified >> measured
    first = planning.get_child_by_label("read_definition")
    clear_up_whatever_happens(first)
    throw_away_whatever_happens(first)
    watch_all_tasks(report_whatever_happens("rehearsal", first))


rehearse_migration()
