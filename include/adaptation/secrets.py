"""Rewrite moved addresses inside Secrets of the target, after the restore and before the workloads start.

A Velero modifier would need the values in a ConfigMap. So Secrets arrive as they are on the source, and their
values are read, rewritten and written back on the target; they never leave memory.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from include.errors import ObjectConflictError, ProofError
from include.inventory.model import label
from include.inventory.moved_addresses import Move
from include.inventory.run_moves import moves_in
from include.inventory.secrecy import adapt_value, decode, keyed_hash
from include.inventory.store import open_inventory
from include.planning.binding import bound_definition
from include.planning.model import each_row

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)
PHASE = "adaptation"


def adapt_secrets(run: MigrationRun) -> int:
    """Rewrite the moved addresses in the target's Secrets; return how many Secrets changed.

    Safe to repeat: values that are adapted already stay as they are.

    :raises ProofError: when a Secret is missing on the target, or holds neither the source's nor the adapted value.
    """
    planned = {item.key for item in each_row(run.ledger, PHASE)}
    inventory = open_inventory(run.ledger)
    # Those that the inventory's hashes were made with.
    moves = moves_in(run, bound_definition(run), inventory.each("Service"))
    problems: list[str] = []
    changed = 0
    for secret in inventory.each("Secret"):
        wanted = {key: value for key, value in secret["data"].items() if "adapted_sha256" in value}
        if wanted and inventory.key_of(secret) in planned:
            changed += _adapt_one(run, secret, wanted, moves, problems)
    if problems:
        raise ProofError(problems, "Secrets could not be adapted")
    logger.info("Rewrote addresses in %s Secrets", changed)
    return changed


def _adapt_one(
    run: MigrationRun,
    secret: dict[str, Any],
    wanted: dict[str, dict[str, Any]],
    moves: Sequence[Move],
    problems: list[str],
) -> int:
    metadata = secret["metadata"]
    path = f"/api/v1/namespaces/{metadata['namespace']}/secrets/{metadata['name']}"
    live = run.target.find(path)
    if live is None:
        problems.append(f"{label(secret)}, target cluster: is not there; look at the restore")
        return 0
    patch: dict[str, str] = {}
    for key, hashes in wanted.items():
        value = decode((live.get("data") or {}).get(key))
        if keyed_hash(run.secrets_key, value) == hashes["adapted_sha256"]:
            continue
        adapted, _ = adapt_value(value, moves)
        if keyed_hash(run.secrets_key, adapted) != hashes["adapted_sha256"]:
            problems.append(
                f"{label(secret)} key {key}, target cluster: differs from the source's; restore it again"
            )
            continue
        patch[key] = base64.b64encode(adapted).decode()
    if not patch:
        return 0
    body: dict[str, Any] = {
        "metadata": {"resourceVersion": live["metadata"]["resourceVersion"]},
        "data": patch,
    }
    if secret.get("immutable"):
        # The restore left it open for this one write.
        body["immutable"] = True
    try:
        run.target.patch(path, body)
    except ObjectConflictError:
        # Another try of this task was faster: what it wrote is looked at again.
        return _adapt_one(run, secret, wanted, moves, problems)
    return 1
