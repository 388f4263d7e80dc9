"""Keep the values of Secrets out of the ledger: a keyed hash goes in, the value stays in memory.

Without the key, which is nowhere in the ledger, a weak password cannot be found from its hash by trying.
"""

from __future__ import annotations

import base64
import binascii
import copy
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

from include.inventory.moved_addresses import Move, rewrite

ADAPTED = "adapted_sha256"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def hide_secret(obj: dict[str, Any], moves: Sequence[Move], key: bytes) -> dict[str, Any]:
    """Return a Secret without its values.

    Each value becomes `{"sha256": …, "bytes": …}`. When it names an address that moves, `addresses` lists
    the entries it belongs to and `adapted_sha256` is the hash of the value with the address rewritten; it is left out as
    long as that address is not known (`include.inventory.late_addresses`).
    The last-applied annotation goes: it holds the values once more.

    :param key: the run's own, `MigrationRun.secrets_key`.
    """
    hidden = copy.deepcopy(obj)
    annotations = hidden.get("metadata", {}).get("annotations") or {}
    annotations.pop(LAST_APPLIED, None)
    data = {name: decode(value) for name, value in (obj.get("data") or {}).items()}
    data |= {name: str(value).encode() for name, value in (obj.get("stringData") or {}).items()}
    hidden.pop("stringData", None)
    hidden["data"] = {name: _hash_document(value, moves, key) for name, value in sorted(data.items())}
    return hidden


def adapt_value(value: bytes, moves: Sequence[Move]) -> tuple[bytes, tuple[str, ...]]:
    """Return a Secret's value with moved addresses rewritten; bytes that are no text stay as they are."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return value, ()
    rewritten, owners = rewrite(text, moves)
    return rewritten.encode(), owners


def decode(value: str | None) -> bytes:
    """Return the bytes of a base64 value of a Secret; a malformed one counts as its text."""
    try:
        return base64.b64decode(value or "", validate=True)
    except (binascii.Error, ValueError):
        return (value or "").encode()


def keyed_hash(key: bytes, value: bytes) -> str:
    """Return the HMAC-SHA256 of a Secret's value as hexadecimal text."""
    return hmac.new(key, value, hashlib.sha256).hexdigest()


def _hash_document(value: bytes, moves: Sequence[Move], key: bytes) -> dict[str, Any]:
    document: dict[str, Any] = {"sha256": keyed_hash(key, value), "bytes": len(value)}
    adapted, owners = adapt_value(value, moves)
    if owners:
        document["addresses"] = list(owners)
        if all(move.is_known for move in moves if move.owner in owners):
            document[ADAPTED] = keyed_hash(key, adapted)
    return document
