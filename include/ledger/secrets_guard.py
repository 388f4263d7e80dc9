"""Refuse ledger documents that carry a secret."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from include.errors import SecretInLedgerError

# Shorter values are words like any other; guarding them would refuse honest documents.
SHORTEST_GUARDED = 6
# From this length on a secret is also found inside longer values, such as a URL.
SHORTEST_FOUND_INSIDE = 12
MASK = "***"

_secrets: set[str] = set()
_lock = threading.Lock()


def register_secret(value: str) -> None:
    """Remember a value that no ledger document of this process may carry."""
    if len(value) >= SHORTEST_GUARDED:
        with _lock:
            _secrets.add(value)


def forget_secrets() -> None:
    """Forget all registered values: for tests."""
    with _lock:
        _secrets.clear()


def refuse_secrets(name: str, text: str) -> None:
    """Raise `SecretInLedgerError` if the JSON `text` of document `name` carries a registered secret.

    :raises SecretInLedgerError: naming the document and the path of the value in it, never the value.
    """
    with _lock:
        secrets = tuple(_secrets)
    for secret in secrets:
        quoted = json.dumps(secret, ensure_ascii=False)
        needle = quoted[1:-1] if len(secret) >= SHORTEST_FOUND_INSIDE else quoted
        if needle in text:
            place = next(_places(json.loads(text), secret), "a key")
            raise SecretInLedgerError(
                f"ledger document {name} would carry a secret at {place}; nothing was written; "
                "keep the value in its Airflow connection and record its hash or its name instead"
            )


def refuse_secrets_in_text(name: str, text: str) -> None:
    """Raise `SecretInLedgerError` if a text for people carries a registered secret.

    Only secrets long enough not to be a word are looked for: the text's values came from checked documents.
    """
    with _lock:
        secrets = tuple(_secrets)
    if any(secret in text for secret in secrets if len(secret) >= SHORTEST_FOUND_INSIDE):
        raise SecretInLedgerError(f"ledger file {name} would carry a secret; nothing was written")


def mask_secrets(text: str) -> str:
    """Return a text with every registered secret replaced that is long enough not to be a word."""
    with _lock:
        secrets = {secret for secret in _secrets if len(secret) >= SHORTEST_FOUND_INSIDE}
    for secret in sorted(secrets, key=len, reverse=True):
        for written in {secret, json.dumps(secret)[1:-1], quote(secret, safe="")}:
            text = text.replace(written, MASK)
    return text


def _places(node: Any, secret: str, path: str = "") -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            # A secret may itself be a key: then the parent's path is all that can be said.
            yield from _places(value, secret, f"{path}.{'…' if secret in key else key}".lstrip("."))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _places(value, secret, f"{path}[{index}]")
    elif isinstance(node, str) and _carries(node, secret):
        yield path or "the document itself"


def _carries(value: str, secret: str) -> bool:
    return value == secret or (len(secret) >= SHORTEST_FOUND_INSIDE and secret in value)
