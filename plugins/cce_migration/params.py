"""The trigger form."""

from __future__ import annotations

from typing import get_args

from airflow.sdk import Param

from include.choice import MODES
from include.definition.model import Deletable
from include.phases import PHASES
from include.run import MIGRATIONS_FOLDER

KINDS: tuple[Deletable, ...] = get_args(Deletable)
MODE_LABELS = {
    "full": "Migrate: ask for approval of the plan, and go on",
    "plan": "Dry run: make the plan and its report, change nothing",
}


def migration_params(**more: Param) -> dict[str, Param]:
    """Return the params of a migration: which definition, from the folder `migrations/` or from a file elsewhere.

    :param more: params of one DAG, which stand behind the definition.
    """
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
        **more,
        "overrides": Param(
            None,
            type=["null", "string"],
            format="multiline",
            title="Overrides",
            description_md="YAML or JSON with fields that take the place of the definition's in this run. "
            "The first task tells every problem with its place.",
        ),
        "definition_file": Param(
            None,
            type=["null", "string"],
            title="Definition in another place",
            description_md="Absolute path of a definition on the workers; takes the place of the one chosen above.",
            section="Elsewhere",
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


def retirement_params() -> dict[str, Param]:
    """Return the params of a retirement: which run, and what of its source is deleted for good."""
    return {
        # The definition is the one that the run has recorded.
        **{name: param for name, param in past_migration_params().items() if name != "overrides"},
        "delete": Param(
            None,
            type=["null", "array"],
            items={"type": "string", "enum": list(KINDS)},
            examples=list(KINDS),
            title="Delete for good",
            description_md="What of the source is deleted after its retirement: "
            + ", ".join(f"`{one}`" for one in KINDS)
            + ". "
            "Left empty, it is what the definition says, which is nothing unless you wrote it there.",
        ),
    }
