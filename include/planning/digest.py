"""Name a plan by its content, so that an approval can say which one it was."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from include.inventory.secrecy import ADAPTED
from include.inventory.store import load_inventory
from include.planning.model import DOCUMENT

if TYPE_CHECKING:
    from include.ledger import Ledger


def plan_digest(ledger: Ledger) -> str:
    """Return the SHA-256 of the plan of a run and the inventory it was made of, as hexadecimal text.

    The inventory is part of it: a Deployment that runs something else than before has the same row.

    :raises LedgerError: when there is no inventory or no plan.
    """
    digest = hashlib.sha256(_line(ledger.read(DOCUMENT)))
    for resource, objects in load_inventory(ledger).by_resource():
        digest.update(resource.name.encode())
        for obj in objects:
            digest.update(_line(_as_read(obj)))
    return digest.hexdigest()


def _as_read(obj: dict[str, Any]) -> dict[str, Any]:
    """Return an object without the hashes that follow from what was read and may be added after the approval."""
    if obj.get("kind") != "Secret" or obj.get("apiVersion") != "v1":
        return obj
    data = {
        name: {field: known for field, known in value.items() if field != ADAPTED}
        for name, value in obj["data"].items()
    }
    return {**obj, "data": data}


def _line(document: dict[str, Any]) -> bytes:
    return f"{json.dumps(document, sort_keys=True, ensure_ascii=False)}\n".encode()
