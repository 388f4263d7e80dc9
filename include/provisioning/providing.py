"""Provide one thing of the target cloud: take it when it fits, else order it once, however often this is tried."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from include.errors import CloudError, CloudUnavailableError, PermanentError, PreflightError
from include.ledger import Ledger, Proof
from include.provisioning.orders import note_id, note_intent, note_provided, note_refusal, open_order
from include.provisioning.resource import Found, Resource
from include.provisioning.waiting import await_ready, label

if TYPE_CHECKING:
    from include.planning.model import PlanItem
    from include.run import MigrationRun

logger = logging.getLogger(__name__)
TAKE, MAKE = "take", "make"


def provide(run: MigrationRun, row: PlanItem, resource: Resource) -> Found:
    """Return the thing, ready for use, with an item and a proof in the ledger.

    Safe to run twice at once, and again after a kill: what an earlier try ordered is found by its name and its tag.

    :param row: the plan's row of it; `details["provide"]` is `take` or `make`.
    :raises PreflightError: with every reason why what is there cannot be taken.
    :raises ProvisioningError: when what was ordered does not become ready.
    """
    started = time.monotonic()
    found = resource.find()
    if found is None:
        if row.details["provide"] == TAKE:
            raise PermanentError(
                f"{label(resource)}: was there when the plan was made, and is gone; trigger a new run, which plans it anew"
            )
        found = _order(run, resource)
    is_made = found is None or _is_made_by(run, resource, found)
    if found is not None and not is_made and (problems := misfits_of(resource, found)):
        raise PreflightError(problems)
    ready = await_ready(resource, found)
    if is_made:
        note_id(run.ledger, resource.key, ready.id)
    note_provided(run.ledger, resource.key, ready.id)
    logger.info("%s is ready, %s", label(resource), "made by this run" if is_made else "taken as it is")
    record = row.record("copied" if is_made else "already_equal", seconds=time.monotonic() - started)
    run.ledger.record_item(row.phase, record)
    run.ledger.record_proof(
        row.phase,
        row.key,
        Proof(method="the API reports it ready", source="ready", target="ready", equal=True),
    )
    return ready


def misfits_of(resource: Resource, found: Found) -> list[str]:
    """Return why a thing that is there cannot be taken, each beginning with what it is and where."""
    return [f"{label(resource)}: {problem}" for problem in resource.misfits(found)]


def is_ours(run: MigrationRun, found: Found) -> bool:
    """Say whether a thing carries this migration's tag; False where the API keeps no tags."""
    return found.owner == run.definition.name


def _order(run: MigrationRun, resource: Resource) -> Found | None:
    """Order it; return what is there of its name, or None while the API does not show it yet."""
    note_intent(run.ledger, resource)
    logger.info("Ordering %s", label(resource))
    try:
        identity = resource.order()
    except (CloudError, CloudUnavailableError) as error:
        # Another try was quicker, or the answer was lost: the API knows what became of the order.
        found = resource.find()
        if found is None:
            _note_whether_refused(run.ledger, resource, error)
            raise
        return found
    note_id(run.ledger, resource.key, identity)
    return resource.find()


def _note_whether_refused(
    ledger: Ledger, resource: Resource, error: CloudError | CloudUnavailableError
) -> None:
    if isinstance(error, CloudError) or not error.may_have_happened:
        note_refusal(ledger, resource.key, str(error))


def _is_made_by(run: MigrationRun, resource: Resource, found: Found) -> bool:
    """Say whether this run ordered what was found, as far as its record and the API's tag tell."""
    order = open_order(run.ledger, resource.key)
    if order is None or order.id not in {None, found.id}:
        return False
    return order.id == found.id or found.owner is None or is_ours(run, found)
