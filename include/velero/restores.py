"""Restore the planned objects on the target, held still."""

from __future__ import annotations

import logging
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from include.adaptation import adapted_plan, modifiers_name, resource_modifiers
from include.adaptation.replacing import REPLACED, remove_unchangeable
from include.batches import in_batches
from include.errors import ObjectExistsError
from include.rehearsal.names import disposable_namespaces
from include.velero.attempts import choose_name, current_name
from include.velero.backups import backup_name, planned_objects, policy_name
from include.velero.existing import present_objects, restorable, restored_before
from include.velero.filters import filter_config_map, unwanted_resources
from include.velero.interruptions import refuse_interrupted
from include.velero.names import API_VERSION, NAMESPACE, object_path, owned
from include.velero.namespaces import make_namespaces
from include.velero.states import accepted_phase, wait_until_finished
from include.velero.syncing import sync_backup

if TYPE_CHECKING:
    from include.adaptation.planned import AdaptedObject
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

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
    adapted = adapted_plan(run)
    make_namespaces(run.target, (one.adapted for one in adapted.of("namespaces")))
    objects: Iterable[AdaptedObject] = adapted
    if not is_used:
        put_webhooks_away(run)
        objects = _made_anew(run, objects, restored_before(rows, present))
    modifiers = resource_modifiers(run, objects)
    policy: ExistingPolicy = "none" if is_used else "update"
    sync_backup(run, backup_name(run))
    labels = owned(run.definition)
    run.target.apply(filter_config_map(policy_name(run), labels, rows))
    modifiers["metadata"]["labels"] = {**(modifiers["metadata"].get("labels") or {}), **labels}
    run.target.apply(modifiers)
    name = choose_name(run, "restore", run.target, again=_is_of_older_backup(run))
    if not run.target.exists(object_path("restores", name)):
        try:
            run.target.create(restore_manifest(run, name, policy, unwanted_resources(planned, rows)))
        except ObjectExistsError:
            logger.info("Restore %s was submitted by another try", name)
        run.ledger.event("restore submitted", name=name, existing_objects=policy)
    logger.info("Restore %s of %s objects, target cluster; existing objects: %s", name, len(rows), policy)
    return name


def _made_anew(
    run: MigrationRun, objects: Iterable[AdaptedObject], known: Container[str]
) -> Iterator[AdaptedObject]:
    """Pass the objects on, and remove on the way what a former restore has made and cannot become what it has to be."""
    for batch in in_batches(objects):
        unfit = [one.held for one in batch if one.item.key in known and one.held["kind"] in REPLACED]
        remove_unchangeable(run.target, unfit)
        yield from batch


def restore_phase(run: MigrationRun) -> str:
    """Return the restore's phase; `include.velero.states.state_of` says what it means."""
    return accepted_phase(run.target, "restores", current_name(run, "restore"))


def wait_for_restore(run: MigrationRun) -> str:
    """Wait for the end of the restore and return its final phase.

    :raises TemporaryError: when Velero broke it off, or an API server was away meanwhile: another one has to be made.
    """
    name = current_name(run, "restore")
    phase = wait_until_finished(run.target, "restores", name)
    refuse_interrupted(run, "restore", name, phase)
    return phase


def restore_manifest(
    run: MigrationRun, name: str, policy: ExistingPolicy, unwanted: Sequence[str] = ()
) -> Manifest:
    """Return the Restore: every planned object of the backup, through the adaptation's modifiers.

    :param unwanted: cluster-scoped resources of which nothing is taken.
    """
    return {
        "apiVersion": API_VERSION,
        "kind": "Restore",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": owned(run.definition)},
        "spec": {
            "backupName": backup_name(run),
            "includedNamespaces": sorted(run.definition.source.namespaces),
            **_cluster_wide(run),
            "excludedResources": list(unwanted),
            "existingResourcePolicy": policy,
            "resourceModifier": {"apiGroup": "", "kind": "ConfigMap", "name": modifiers_name(run)},
            "resourcePolicy": {"apiGroup": "", "kind": "configmap", "name": policy_name(run)},
            "restorePVs": False,
        },
    }


def _cluster_wide(run: MigrationRun) -> Manifest:
    """Return where the objects go: a rehearsal's into its own namespaces, and none that belongs to the whole cluster."""
    if not run.is_rehearsal:
        return {"includeClusterResources": True}
    namespaces = disposable_namespaces(run.definition.source.namespaces)
    return {"includeClusterResources": False, "namespaceMapping": namespaces}


def _is_of_older_backup(run: MigrationRun) -> bool:
    seen = run.target.find(object_path("restores", current_name(run, "restore")))
    return seen is not None and seen["spec"].get("backupName") != backup_name(run)
