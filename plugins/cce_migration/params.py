"""The trigger form."""

from __future__ import annotations

from airflow.sdk import Param

from include.choice import MODES
from include.phases import PHASES
from include.run import MIGRATIONS_FOLDER

MODE_LABELS = {
    "full": "Migrate: ask for approval of the plan, and go on",
    "plan": "Dry run: make the plan and its report, change nothing",
}


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
        "overrides": Param(
            None,
            type=["null", "string"],
            format="multiline",
            title="Overrides",
            description_md="YAML or JSON with fields that take the place of the definition's in this run, such as "
            "`cutover: {watch_seconds: 120}`. The first task tells every problem with its place.",
        ),
    }


def choice_params() -> dict[str, Param]:
    """Return the params that say what of a migration a run does."""
    return {
        "mode": Param(MODES[0], type="string", enum=list(MODES), values_display=MODE_LABELS, title="Mode"),
        "phases": Param(
            list(PHASES),
            type=["null", "array"],
            items={"type": "string", "enum": list(PHASES)},
            examples=list(PHASES),
            title="Phases to run",
            description_md="All of them for a migration. A phase needs those that make what it works on; the cutover needs all.",
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
