"""Keep the run's durable record: a folder of JSON documents, one per item."""

from __future__ import annotations

from include.ledger.failures import open_failures, record_failure, resolve_failure
from include.ledger.keys import safe_key
from include.ledger.ledger import Ledger
from include.ledger.records import Action, ItemRecord, PhaseRecord, Proof, Waiver
from include.ledger.secrets_guard import register_secret

__all__ = [
    "Action",
    "ItemRecord",
    "Ledger",
    "PhaseRecord",
    "Proof",
    "Waiver",
    "open_failures",
    "record_failure",
    "register_secret",
    "resolve_failure",
    "safe_key",
]
