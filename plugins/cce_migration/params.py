"""The trigger form."""

from __future__ import annotations

from airflow.sdk import Param

from include.run import MIGRATIONS_FOLDER


def migration_params() -> dict[str, Param]:
    """Return the params of a migration: which definition, from the folder `migrations/` or from a file elsewhere."""
    # A listing of one local folder: the only thing that is read when a DAG file is parsed.
    names = sorted(path.stem for path in MIGRATIONS_FOLDER.glob("*.yaml"))
    return {
        "definition": Param(
            names[0] if names else None,
            type="string",
            enum=names or ["none"],
            title="Definition",
            description_md="Which migration to run: a file of the folder `migrations/`, without its suffix.",
        ),
        "definition_file": Param(
            None,
            type=["null", "string"],
            title="Definition in another place",
            description_md="Absolute path of a definition on the workers; takes the place of the one chosen above.",
            section="Elsewhere",
        ),
    }


def past_migration_params() -> dict[str, Param]:
    """Return the params of a DAG that works on a migration run of the past: which definition, and which of its runs."""
    return {
        **migration_params(),
        "migration_run": Param(
            None,
            type=["null", "string"],
            title="Run of migrate_to_cce",
            description_md="Id of the run, as the list of its runs shows it; left empty, the latest run that switched the traffic.",
        ),
    }
