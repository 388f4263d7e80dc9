"""Restore the planned objects on the target, held still, and prove that each of them is there."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Literal

from include.adaptation import adapted_plan, modifiers_name, resource_modifiers
from include.adaptation.replacing import REPLACED, remove_unchangeable
from include.errors import ObjectExistsError, ProofError
from include.ledger import Proof
from include.ledger.records import Action
from include.planning.model import PlanItem
from include.progress import Progress
from include.proofs import settle_item
from include.velero.attempts import choose_name, current_name
from include.velero.backups import backup_name, planned_objects, policy_name
from include.velero.bucket import BackupBucket, backup_bucket
from include.velero.existing import present_objects, restorable, restored_before
from include.velero.filters import filter_config_map
from include.velero.finding import find_restored
from include.velero.names import API_VERSION, NAMESPACE, object_path, owned
from include.velero.namespaces import make_namespaces
from include.velero.owners import link_owners
from include.velero.results import object_id, restored_actions, result_lines
from include.velero.states import read_phase, state_of, wait_until_finished
from include.velero.syncing import sync_backup

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

WORKERS = 8
MOST_LOGGED = 20
ExistingPolicy = Literal["update", "none"]

Manifest = dict[str, Any]


def submit_restore(run: MigrationRun) -> str:
    """Ask Velero on the target for the restore and return its name; one that runs or succeeded is kept.

    Objects that a former restore made are brought to the adapted and held form, unless the front door already leads
    to the target: then nothing that serves customers is touched, and only missing objects are made.
    """
    from include.cutover.front_door import is_traffic_on_target
    from include.cutover.webhooks import put_webhooks_away

    planned = planned_objects(run)
    present = present_objects(run.target, planned)
    rows = restorable(planned, present)
    is_used = is_traffic_on_target(run)
    objects = adapted_plan(run)
    make_namespaces(run.target, [one.adapted for one in objects])
    if not is_used:
        put_webhooks_away(run)
        known = restored_before(rows, present)
        remove_unchangeable(
            run.target,
            [one.held for one in objects if one.item.key in known and one.held["kind"] in REPLACED],
        )
    policy: ExistingPolicy = "none" if is_used else "update"
    sync_backup(run, backup_name(run))
    labels = owned(run.definition)
    run.target.apply(filter_config_map(policy_name(run), labels, rows))
    modifiers = resource_modifiers(run, objects)
    modifiers["metadata"]["labels"] = {**(modifiers["metadata"].get("labels") or {}), **labels}
    run.target.apply(modifiers)
    name = choose_name(run, "restore", run.target, again=_is_of_older_backup(run))
    if not run.target.exists(object_path("restores", name)):
        try:
            run.target.create(restore_manifest(run, name, policy))
        except ObjectExistsError:
            logger.info("Restore %s was submitted by another try", name)
        run.ledger.event("restore submitted", name=name, existing_objects=policy)
    logger.info("Restore %s of %s objects, target cluster; existing objects: %s", name, len(rows), policy)
    return name


def restore_phase(run: MigrationRun) -> str:
    """Return the restore's phase; `include.velero.states.state_of` says what it means."""
    return read_phase(run.target, "restores", current_name(run, "restore"))


def wait_for_restore(run: MigrationRun) -> str:
    """Wait for the end of the restore and return its final phase."""
    return wait_until_finished(run.target, "restores", current_name(run, "restore"))


def prove_restore(run: MigrationRun) -> int:
    """Look for every planned object on the target and record a proof for each; return how many there are.

    Those that had owners get them back.

    :raises ProofError: with Velero's errors and every object that is missing, all at once.
    """
    started = time.monotonic()
    name, bucket = current_name(run, "restore"), backup_bucket(run)
    problems = _noted_errors(run, bucket, name)
    actions = restored_actions(bucket.read_json(f"restores/{name}/restore-{name}-resource-list.json.gz"))
    rows, served = planned_objects(run), {row.name: row for row in run.target.discover(refresh=True)}
    with (
        ThreadPoolExecutor(WORKERS) as pool,
        Progress(len(rows), 0, logger, noun="restored objects") as progress,
    ):

        def prove(row: PlanItem) -> str | None:
            seen = find_restored(run.target, served, row)
            problem = _record(run, row, seen, actions.get(object_id(row.details)), started)
            progress.add(items=1)
            return problem

        problems += [problem for problem in pool.map(prove, rows) if problem]
    if problems:
        raise ProofError(problems, f"restore velero/{name}, target cluster")
    link_owners(run, rows, served)
    return len(rows)


def restore_manifest(run: MigrationRun, name: str, policy: ExistingPolicy) -> Manifest:
    """Return the Restore: every object of the backup, through the adaptation's modifiers."""
    return {
        "apiVersion": API_VERSION,
        "kind": "Restore",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": owned(run.definition)},
        "spec": {
            "backupName": backup_name(run),
            "includedNamespaces": sorted(run.definition.source.namespaces),
            "includeClusterResources": True,
            "existingResourcePolicy": policy,
            "resourceModifier": {"apiGroup": "", "kind": "ConfigMap", "name": modifiers_name(run)},
            "resourcePolicy": {"apiGroup": "", "kind": "configmap", "name": policy_name(run)},
            "restorePVs": False,
        },
    }


def _is_of_older_backup(run: MigrationRun) -> bool:
    seen = run.target.find(object_path("restores", current_name(run, "restore")))
    return seen is not None and seen["spec"].get("backupName") != backup_name(run)


def _noted_errors(run: MigrationRun, bucket: BackupBucket, name: str) -> list[str]:
    phase = read_phase(run.target, "restores", name)
    has_results = f"{bucket.prefix}/restores/{name}/restore-{name}-results.gz" in bucket.sizes(
        f"restores/{name}"
    )
    results = bucket.read_json(f"restores/{name}/restore-{name}-results.gz") if has_results else {}
    _log_warnings(run, name, result_lines(results, "warnings"))
    errors = result_lines(results, "errors")
    if state_of(phase) == "done":
        return errors
    return errors or [f"it is {phase} without a stored error; read the log of Deployment {NAMESPACE}/velero"]


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


def _record(
    run: MigrationRun, row: PlanItem, seen: Manifest | None, action: str | None, started: float
) -> str | None:
    name = object_id(row.details)[2]
    proof = Proof(
        method="planned object read back from the target",
        source=name,
        target=name if seen is not None else None,
        equal=seen is not None,
    )
    problem = f"{row.target}, target cluster: was not restored; read the errors of the restore"
    return settle_item(run, row, proof, problem, action=_action(action), seconds=time.monotonic() - started)


def _action(action: str | None) -> Action:
    return "copied" if action in {"created", "updated"} else "already_equal"
