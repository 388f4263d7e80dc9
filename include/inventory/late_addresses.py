"""Hash the adapted values of Secrets whose addresses were not known when the inventory was taken.

A Secret's value is in no document: it is read on the source once more, and has to be the one that was inventoried.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from include.errors import PreflightError
from include.inventory.model import label
from include.inventory.moved_addresses import Move
from include.inventory.run_moves import moves_in
from include.inventory.secrecy import ADAPTED, adapt_value, decode, keyed_hash
from include.inventory.store import load_inventory, save_kind

if TYPE_CHECKING:
    from include.definition import Definition
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

Manifest = dict[str, Any]


def complete_secrets(run: MigrationRun, bound: Definition) -> int:
    """Write the missing hashes into the inventory; return how many Secrets got any.

    :param bound: the definition with every address in it.
    :raises PreflightError: when a Secret has changed on the source since the inventory.
    """
    inventory = load_inventory(run.ledger)
    moves = moves_in(run, bound, inventory.objects("Service"))
    secrets = inventory.objects("Secret")
    problems: list[str] = []
    completed = [_completed(run, one, moves, problems) if _lacks_hashes(one) else one for one in secrets]
    if problems:
        raise PreflightError(problems)
    changed = sum(before is not after for before, after in zip(secrets, completed, strict=True))
    if changed:
        save_kind(run.ledger, inventory.resource_of(secrets[0]), completed)
        logger.info("%s Secrets name addresses that are known now", changed)
    return changed


def _lacks_hashes(secret: Manifest) -> bool:
    return any(_is_late(value) for value in secret["data"].values())


def _is_late(value: Manifest) -> bool:
    return "addresses" in value and ADAPTED not in value


def _completed(run: MigrationRun, secret: Manifest, moves: tuple[Move, ...], problems: list[str]) -> Manifest:
    metadata = secret["metadata"]
    live = run.source.find(f"/api/v1/namespaces/{metadata['namespace']}/secrets/{metadata['name']}")
    data = dict(secret["data"])
    for key, known in secret["data"].items():
        if not _is_late(known):
            continue
        value = decode(((live or {}).get("data") or {}).get(key))
        if keyed_hash(run.secrets_key, value) != known["sha256"]:
            problems.append(
                f"{label(secret)} key {key}, source cluster: has changed since the inventory; trigger a new run"
            )
            continue
        adapted, _ = adapt_value(value, moves)
        data[key] = {**known, ADAPTED: keyed_hash(run.secrets_key, adapted)}
    return {**secret, "data": data}
