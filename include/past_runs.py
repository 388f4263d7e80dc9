"""Open a run of the past: to go back from it, or to retire its source."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include.definition import load_definition
from include.errors import DefinitionError, PermanentError
from include.ledger import Ledger, safe_key
from include.ledger.finding import OPENED_WITH, all_runs
from include.ledger.records import now
from include.run import MigrationRun, definition_path, recorded_run

if TYPE_CHECKING:
    from upath import UPath

    from include.connections import Connections
    from include.ledger.storage import DocumentFolder

logger = logging.getLogger(__name__)

SWITCHED = "cutover/endpoint"
REPORT = "report"
# Who works on the run since it ended: a run of another DAG is bound to the same one in all of its tasks.
CONTINUED = "continued-by"
PASSAGES = "passages"
MOST_NAMED = 10


@dataclass(frozen=True)
class PastRun:
    """Know of a run when its front door was switched, None when it never was, and how its report ended."""

    ledger: Ledger
    definition: str
    opened: str
    switched: str | None
    result: str | None

    def text(self) -> str:
        """Return the run as a line of a list of runs."""
        traffic = (
            f"switched the traffic at {self.switched}" if self.switched else "never switched the traffic"
        )
        return f"{self.ledger.run_id} ({traffic}, report: {self.result or 'none'})"


def open_past_run(
    definition: str | Path, chosen: str | None, root: UPath | Path | str, connections: Connections, by: str
) -> MigrationRun:
    """Open a run that has ended, or goes on beside this one.

    :param definition: what the run was opened with, or names the same migration.
    :param chosen: the run's id; without one, the latest run that switched the traffic.
    :param by: who opens it, the same in all of its tasks: a run that switches the traffic meanwhile does not take the chosen
        one's place.
    :raises PermanentError: when there is no such run, naming those that there are.
    """
    runs = list(past_runs(root, definition))
    bound = [one for one in runs if one.ledger.exists(_note(by))]
    found = bound[0] if bound else _choose(runs, chosen, str(definition))
    if not bound:
        found.ledger.write(_note(by), {"by": by, "at": now()})
        logger.info("The migration run %s", found.text())
    return replace(recorded_run(found.ledger, connections), passage=passage_of(by))


def passage_of(by: str) -> str:
    """Return the folder of a run's ledger in which another DAG's run keeps how the customers fared meanwhile."""
    return f"{PASSAGES}/{safe_key(by)}"


def continuing_runs(ledger: Ledger) -> Iterator[str]:
    """Yield the ids of the DAG runs that went on with a run after it had ended."""
    for name in ledger.list(CONTINUED):
        yield str(ledger.read(name)["by"]).partition("/")[2]


def continued_folder(root: UPath | Path | str, by: str) -> UPath | Path | None:
    """Return the folder of the run that another DAG's run went on with, or None."""
    return next((documents.root for documents in all_runs(root) if documents.has(_note(by))), None)


def past_runs(root: UPath | Path | str, definition: str | Path) -> Iterator[PastRun]:
    """Yield all runs of a definition's migration, whatever it was called when it was opened, in a stable order."""
    name = _migration_of(definition)
    for one in all_past_runs(root):
        if one.definition == str(definition) or one.ledger.migration == name:
            yield one


def all_past_runs(root: UPath | Path | str) -> Iterator[PastRun]:
    """Yield all runs of all migrations, in a stable order."""
    for documents in all_runs(root):
        note = _read(documents, OPENED_WITH)
        if note:
            yield _past_run(root, documents, note)


def _migration_of(definition: str | Path) -> str | None:
    try:
        return load_definition(definition_path(definition)).name
    except DefinitionError as refusal:
        logger.warning("The runs that were opened with %s are looked at: %s", definition, refusal)
        return None


def _past_run(root: UPath | Path | str, documents: DocumentFolder, note: dict[str, Any]) -> PastRun:
    # Folders are named after ids, which may hold what a name may not.
    run_id = str(note.get("run_id") or documents.root.name)
    return PastRun(
        ledger=Ledger(root, str(note["migration"]), run_id),
        definition=str(note["definition"]),
        opened=str(note.get("at") or ""),
        switched=(_read(documents, SWITCHED) or {}).get("at"),
        result=(_read(documents, REPORT) or {}).get("result"),
    )


def _choose(runs: list[PastRun], chosen: str | None, definition: str) -> PastRun:
    if chosen:
        found = [one for one in runs if one.ledger.run_id == chosen]
    else:
        found = sorted((one for one in runs if one.switched), key=lambda one: str(one.switched))
    if found:
        return found[-1]
    what = f"has no run {chosen}" if chosen else "has no run that switched the traffic"
    raise PermanentError(
        f"definition {definition}: {what}; name one in migration_run. There are: {_list(runs) or 'none'}"
    )


def _list(runs: list[PastRun]) -> str:
    newest = sorted(runs, key=lambda one: one.switched or one.opened, reverse=True)
    more = f"; and {len(runs) - MOST_NAMED} more" if len(runs) > MOST_NAMED else ""
    return "; ".join(one.text() for one in newest[:MOST_NAMED]) + more


def _note(by: str) -> str:
    return f"{CONTINUED}/{safe_key(by)}"


def _read(documents: DocumentFolder, name: str) -> dict[str, Any] | None:
    return dict(json.loads(documents.get(name))) if documents.has(name) else None
