"""Open the migration run that a task belongs to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from airflow.sdk import ObjectStoragePath

from cce_migration.hooks.connections import AirflowConnections
from include.errors import PermanentError
from include.past_runs import open_past_run
from include.run import MigrationRun, Wishes, open_run

if TYPE_CHECKING:
    from airflow.sdk import Context

LEDGER_ROOT = "CCE_MIGRATION_LEDGER_ROOT"


def open_migration(context: Context) -> MigrationRun:
    """Return the run of a task: its definition from the DAG run's params, its record from the ledger.

    In a DAG whose form asks for a run of the past, it is that one.

    :raises DefinitionError: with every problem of the definition.
    """
    if "migration_run" in context["params"]:
        return open_past_migration(context)
    return open_run(
        chosen_definition(context["params"]),
        str(context["run_id"]),
        ledger_root(),
        AirflowConnections(),
        _wishes(context["params"]),
    )


def open_past_migration(context: Context) -> MigrationRun:
    """Return the run of the past that a task of another DAG works on: the same one in all tasks of its DAG run.

    The form asks for it: `migration_run`, the latest one that switched the traffic when it is left empty.

    :raises PermanentError: when there is none, naming those that there are.
    """
    params, instance = context["params"], context["ti"]
    return open_past_run(
        chosen_definition(params),
        params.get("migration_run") or None,
        ledger_root(),
        AirflowConnections(),
        by=f"{instance.dag_id}/{context['run_id']}",
    )


def chosen_definition(params: Any) -> str:
    """Return what the trigger form says: a file's path where one is given, else a name in `migrations/`."""
    return str(params.get("definition_file") or params["definition"])


def _wishes(params: Any) -> Wishes:
    phases = params.get("phases")
    return Wishes(
        overrides=str(params.get("overrides") or ""),
        mode=str(params.get("mode") or "full"),
        phases=None if phases is None else tuple(phases),
    )


def ledger_root() -> ObjectStoragePath:
    """Return where the records of all runs are kept, `file://…` or `s3://connection@bucket/…`.

    :raises PermanentError: when the environment does not say it.
    """
    root = os.environ.get(LEDGER_ROOT)
    if not root:
        raise PermanentError(
            f"{LEDGER_ROOT} is not set where this worker runs; set it to file:///a/shared/folder or "
            "s3://connection@bucket/prefix, the same for every worker"
        )
    return ObjectStoragePath(root)
