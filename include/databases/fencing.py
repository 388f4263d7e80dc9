"""Fence the source's databases against every other writer from the quiesce on, and take the fences away before the source starts.

What stands there is noted before it is put up: whoever comes after a kill finds it.
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.databases.fence import Fence
from include.databases.jobs import PHASE
from include.engines import run_side_by_side
from include.errors import MigrationError, PermanentError
from include.ledger import safe_key
from include.ledger.finding import other_runs
from include.ledger.records import now
from include.planning.foreign_errors import explained
from include.planning.model import load_plan
from include.rehearsal.guards import refuse_in_rehearsal

if TYPE_CHECKING:
    from include.definition import Database
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

FOLDER = "fences"
SHUT, OPEN, NONE = "shut", "open", "none"
THREADS = 4


@dataclass(frozen=True)
class Fenced:
    """Bind a fence to its note in the ledger. Of the target it asks nothing: that may be what has failed on a way back."""

    run: MigrationRun
    fence: Fence

    def explained(self) -> AbstractContextManager[None]:
        """Raise this project's errors for a driver's."""
        return explained(
            self.fence.place, "check that it is up and the connection's login", self.fence.access.password
        )

    @property
    def document(self) -> str:
        """Name its note."""
        return f"{FOLDER}/{safe_key(self.fence.place)}"

    def noted(self) -> dict[str, Any]:
        """Return its note."""
        ledger = self.run.ledger
        return dict(ledger.read(self.document)) if ledger.exists(self.document) else {}

    def note(self, state: str, **fields: Any) -> None:
        """Write what became of it; what is not given stays as it was."""
        known = {**self.noted(), "place": self.fence.place, "state": state, "at": now()}
        self.run.ledger.write(self.document, {**known, **fields})


def shut_fences(run: MigrationRun) -> int:
    """Fence the source's databases, and prove by a write that has to fail that they are; return how many fences stand.

    Safe to repeat. What cannot be fenced is told, and ends nothing unless the definition says so.

    :raises PermanentError: with `cutover.fence_databases: required`, naming what is not fenced and why.
    """
    refuse_in_rehearsal(run, "source's databases: fencing them")
    if run.definition.cutover.fence_databases == "never":
        logger.info("The source's databases are not fenced: cutover.fence_databases is never")
        return 0
    fences = fences_of(run)
    problems = [text for text in run_side_by_side(_shut, fences, THREADS, name="fences") if text]
    if problems and run.definition.cutover.fence_databases == "required":
        raise PermanentError(f"{'; '.join(problems)} (cutover.fence_databases is required)")
    return sum(one.noted()["state"] == SHUT for one in fences)


def look_at_fences(run: MigrationRun) -> list[tuple[str, str]]:
    """Return each fence that the cutover will put up, in words, and what is in its way; nothing where nothing is."""
    if run.definition.cutover.fence_databases == "never":
        return []
    return run_side_by_side(_look, fences_of(run), THREADS, name="fences")


def refuse_unfenced(run: MigrationRun) -> None:
    """Look before the writers are stopped whether every fence can be put up that has to.

    :raises PermanentError: naming those that cannot.
    """
    if run.definition.cutover.fence_databases != "required":
        return
    problems = [f"{place}: cannot be fenced: {why}" for place, why in look_at_fences(run) if why]
    if problems:
        raise PermanentError(
            f"{'; '.join(problems)} (nothing was stopped; remedy it, or do not require it by cutover.fence_databases)"
        )


def open_fences(run: MigrationRun) -> list[str]:
    """Take this run's fences away; return a text for each that could not be. Safe to repeat; asks nobody where none stands."""
    if not any(run.ledger.read(name)["state"] == SHUT for name in run.ledger.list(FOLDER)):
        return []
    standing = [one for one in fences_of(run) if one.noted().get("state") == SHUT]
    return [text for text in run_side_by_side(_open, standing, THREADS, name="fences") if text]


def fences_of(run: MigrationRun) -> list[Fenced]:
    """Return the fences around the planned databases; no server is asked yet."""
    planned = {row.details["name"] for row in load_plan(run.ledger).items(PHASE, "database")}
    places = defaultdict(list)
    for one in run.definition.databases:
        if one.name in planned:
            # MariaDB's stands around a whole server.
            server = run.connections.database(one.source, one.engine).address
            places[server, "" if one.engine == "mariadb" else one.database].append(one)
    return [Fenced(run, _fence(run, theirs)) for theirs in places.values()]


def _fence(run: MigrationRun, databases: list[Database]) -> Fence:
    source = run.connections.database(databases[0].source, databases[0].engine)
    if source.engine == "mariadb":
        from include.databases.mariadb.fence import MariadbFence

        return MariadbFence(source, frozenset(one.database for one in databases))
    from include.databases.postgresql.fence import PostgresqlFence

    return PostgresqlFence(source, databases[0].database)


def _look(one: Fenced) -> tuple[str, str]:
    try:
        with one.explained():
            return one.fence.place, one.fence.obstacle()
    except MigrationError as error:
        return one.fence.place, str(error)


def _shut(one: Fenced) -> str:
    """Put a fence up; return what is wrong with it, in words."""
    _, problem = _look(one)
    try:
        with one.explained():
            gaps = [] if problem else _put_up(one)
    except MigrationError as error:
        problem, gaps = str(error), []
    if problem:
        return _tell(f"{one.fence.place}: {_note_problem(one, problem)}: {problem}")
    one.note(SHUT, gaps=gaps, problem=None)
    one.run.ledger.event("fenced", place=one.fence.place, gaps=gaps)
    if gaps:
        return _tell(f"{one.fence.place}: is fenced, but not against {', '.join(gaps)}")
    logger.info("%s: a write was refused, it is fenced", one.fence.place)
    return ""


def _note_problem(one: Fenced, problem: str) -> str:
    """Note what went wrong; return how far the fence is: what was begun may stand, and is taken away later."""
    was_begun = one.noted().get("state") == SHUT
    one.note(SHUT if was_begun else NONE, problem=problem)
    return "may be fenced, which could not be proved" if was_begun else "is not fenced"


def _put_up(one: Fenced) -> list[str]:
    one.note(SHUT, setting=_former_setting(one))
    return [*one.fence.shut(), *one.fence.gaps()]


def _former_setting(one: Fenced) -> str:
    """Return how the server was set before any fence of this migration: an earlier run's may stand there still."""
    known = one.noted()
    if known.get("state") == SHUT:
        return str(known["setting"])
    present = one.fence.setting()
    if not one.fence.stands(present):
        return present
    runs = (json.loads(run.get(one.document)) for run in other_runs(one.run.ledger) if run.has(one.document))
    return next((str(note["setting"]) for note in runs if note["state"] == SHUT), present)


def _open(one: Fenced) -> str:
    try:
        with one.explained():
            one.fence.open(str(one.noted()["setting"]))
    except MigrationError as error:
        return f"{one.fence.place}: still refuses writes: {error}; by hand: {one.fence.by_hand}"
    one.note(OPEN)
    one.run.ledger.event("fence taken away", place=one.fence.place)
    logger.info("%s: takes writes as before", one.fence.place)
    return ""


def _tell(text: str) -> str:
    logger.warning("%s", text)
    return text
