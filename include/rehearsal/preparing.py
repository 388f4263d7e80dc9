"""Make what the rehearsed objects need on the target before they are restored: namespaces, and what is cluster-wide and missing."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from include.adaptation.context import context_of
from include.adaptation.pipeline import adapt
from include.conditions import is_established
from include.errors import ObjectExistsError, PermanentError
from include.inventory.store import load_inventory
from include.labels import OWNER
from include.rehearsal.adapting import as_rehearsed, endpoint_slice
from include.rehearsal.names import disposable_name, disposable_namespaces

if TYPE_CHECKING:
    from include.clusters import Cluster
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

# What others in the cluster do not notice, in the order in which they need each other.
MADE_KINDS = ("CustomResourceDefinition", "PriorityClass", "ClusterRole", "ClusterRoleBinding")
DEFINITION_SECONDS = 60.0

Manifest = dict[str, Any]


def prepare_rehearsal(run: MigrationRun) -> int:
    """Make the disposable namespaces, and what of the whole cluster is missing; return how many objects were made.

    All of it carries the rehearsal's name as a label, by which it is removed. What the target has already stays as it is.
    """
    made = [one for one in _wanted(run) if _make(run.target, one)]
    for one in made:
        if one["kind"] == MADE_KINDS[0]:
            _await_definition(run.target, one)
    run.target.discover(refresh=True)
    logger.info("Made %s objects that the rehearsal needs on the target", len(made))
    return len(made)


def refuse_strangers(run: MigrationRun) -> None:
    """Raise when a namespace of a disposable name is somebody else's: it would be removed with all it holds.

    :raises PermanentError: naming the first.
    """
    for home, away in disposable_namespaces(run.definition.source.namespaces).items():
        found = run.target.find(f"/api/v1/namespaces/{home}")
        if found is not None and _owner(found) != run.definition.name:
            raise PermanentError(
                f"namespace {away}, target cluster: is there, and not of rehearsals of this migration; remove or rename it, "
                "since a rehearsal throws its namespaces away"
            )


def _wanted(run: MigrationRun) -> Iterator[Manifest]:
    inventory = load_inventory(run.ledger)
    context = context_of(run, inventory)
    for kind in ("Namespace", *MADE_KINDS):
        for obj in inventory.objects(kind):
            adapted, _ = adapt(obj, context)
            yield _marked(as_rehearsed(adapted, context.namespaces), run.definition.name)
    for service in inventory.objects("Service"):
        made = endpoint_slice(service, context.moves)
        if made is not None:
            yield _marked(made, run.definition.name)


def _marked(obj: Manifest, migration: str) -> Manifest:
    """Return an object with the rehearsal's label; a binding gets a name of its own, since it names other accounts."""
    metadata = obj["metadata"]
    name = disposable_name(metadata["name"]) if obj["kind"] == "ClusterRoleBinding" else metadata["name"]
    labels = {**(metadata.get("labels") or {}), OWNER: migration}
    kept = {key: value for key, value in obj.items() if key != "status"}
    return {**kept, "metadata": {**metadata, "name": name, "labels": labels}}


def _make(target: Cluster, obj: Manifest) -> bool:
    try:
        target.create(obj)
    except ObjectExistsError:
        return False
    return True


def _await_definition(target: Cluster, obj: Manifest) -> None:
    name = obj["metadata"]["name"]
    target.wait_for(target.path_of(obj), is_established, DEFINITION_SECONDS, f"{name} is established")


def _owner(obj: Manifest) -> str | None:
    return (obj["metadata"].get("labels") or {}).get(OWNER)
