"""Prove that each planned object is on the target, with what Velero says of those that are not."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from include.errors import ProofError
from include.ledger import Proof
from include.ledger.records import Action
from include.planning.model import PlanItem
from include.progress import Progress
from include.proofs import settle_item
from include.rehearsal.names import disposable_namespaces
from include.velero.attempts import current_name, disprove
from include.velero.backups import planned_objects
from include.velero.bucket import backup_bucket
from include.velero.finding import restored_keys
from include.velero.names import NAMESPACE
from include.velero.owners import link_owners
from include.velero.refusals import object_refusals, other_errors, place_name
from include.velero.results import object_id, restored_actions, result_lines
from include.velero.states import accepted_phase, state_of

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

WORKERS = 8
MOST_LOGGED = 20
NOT_SERVED = "the target does not serve its kind; install its CustomResourceDefinition there"
UNSAID = "Velero says nothing of it; read the log of the restore"

Manifest = dict[str, Any]


def prove_restore(run: MigrationRun) -> int:
    """Look for every planned object on the target and record a proof for each; return how many there are.

    Those that had owners get them back.

    :raises ProofError: with every object that is missing or was refused, each with why, and with Velero's other errors.
    """
    started, name = time.monotonic(), current_name(run, "restore")
    noted = _Noted(run, name)
    rows, served = planned_objects(run), {row.name: row for row in run.target.discover(refresh=True)}
    there = restored_keys(run.target, served, rows)
    with (
        ThreadPoolExecutor(WORKERS) as pool,
        Progress(len(rows), 0, logger, noun="restored objects") as progress,
    ):

        def prove(row: PlanItem) -> str | None:
            problem = _prove(
                run, row, noted, started, is_there=row.key in there, is_served=_kind(row) in served
            )
            progress.add(items=1)
            return problem

        missing = [problem for problem in pool.map(prove, rows) if problem]
    problems = noted.problems(has_more=bool(missing)) + missing
    if problems:
        disprove(run, "restore", name)
        raise ProofError(problems, f"restore velero/{name}, target cluster")
    link_owners(run, rows, served)
    return len(rows)


class _Noted:
    """Hold what Velero has noted of a restore: what was done with each object, and what went wrong."""

    def __init__(self, run: MigrationRun, name: str) -> None:
        self._phase = accepted_phase(run.target, "restores", name)
        bucket, folder = backup_bucket(run), f"restores/{name}"
        stored = bucket.sizes(folder)

        def read(what: str) -> dict[str, Any]:
            # Without it, objects are read back all the same: it is lost when the bucket was away at the restore's end.
            key = f"{folder}/restore-{name}-{what}.gz"
            document: dict[str, Any] = bucket.read_json(key) if f"{bucket.prefix}/{key}" in stored else {}
            return document

        self.actions = restored_actions(read("resource-list.json"))
        results = read("results")
        self.refusals = object_refusals(results)
        self._others = result_lines(other_errors(results), "errors")
        self._namespaces = disposable_namespaces(run.definition.source.namespaces) if run.is_rehearsal else {}
        _log_warnings(run, name, result_lines(results, "warnings"))

    def refusal(self, row: PlanItem) -> str | None:
        """Return why Velero could not restore an object, if it says so."""
        namespace = str(row.details.get("namespace") or "")
        place = place_name(_kind(row), self._namespaces.get(namespace, namespace), str(row.details["name"]))
        return self.refusals.pop(place, None)

    def problems(self, *, has_more: bool) -> list[str]:
        """Return what went wrong besides the planned objects; call it when each of them was looked at.

        :param has_more: other problems are known, which explain a restore that did not succeed.
        """
        known = [*self._others, *(f"{place}: {cause}" for place, cause in sorted(self.refusals.items()))]
        if known or has_more or state_of(self._phase) == "done":
            return known
        return [f"it is {self._phase} without a stored error; read the log of Deployment {NAMESPACE}/velero"]


def _prove(
    run: MigrationRun, row: PlanItem, noted: _Noted, started: float, *, is_there: bool, is_served: bool
) -> str | None:
    refusal, name = noted.refusal(row), object_id(row.details)
    is_restored = is_there and not refusal
    proof = Proof(
        method="planned object read back from the target",
        source=name[2],
        target=name[2] if is_restored else None,
        equal=is_restored,
    )
    why = refusal or (UNSAID if is_served else NOT_SERVED)
    problem = f"{row.target}, target cluster: was not restored: {why}"
    action: Action = "copied" if noted.actions.get(name) in {"created", "updated"} else "already_equal"
    return settle_item(run, row, proof, problem, action=action, seconds=time.monotonic() - started)


def _kind(row: PlanItem) -> str:
    return str(row.details["resource"])


def _log_warnings(run: MigrationRun, name: str, warnings: Iterable[str]) -> None:
    found = list(warnings)
    # Said of every object that was there before, whatever was done with it; verification compares them all.
    other = [line for line in found if "already exists" not in line]
    if len(other) < len(found):
        logger.info("Restore %s: %s objects were there already and differ", name, len(found) - len(other))
    for line in other[:MOST_LOGGED]:
        logger.warning("Restore %s: %s", name, line)
    if found:
        run.ledger.write("velero/restore-warnings", {"name": name, "warnings": found})
