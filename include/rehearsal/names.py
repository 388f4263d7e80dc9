"""Name what a rehearsal makes and throws away: by its own name nothing of it is ever taken for the real thing."""

from __future__ import annotations

import hashlib

SUFFIX = "-rehearsal"
HASH_CHARACTERS = 8
# Of namespaces, buckets, label values; RDS takes one more.
LONGEST = 63


def disposable_name(name: str) -> str:
    """Return the name of the rehearsal's copy of a thing: at most 63 characters, the same for the same thing."""
    if len(name) + len(SUFFIX) <= LONGEST:
        return name + SUFFIX
    digest = hashlib.sha256(name.encode()).hexdigest()[:HASH_CHARACTERS]
    kept = name[: LONGEST - len(SUFFIX) - HASH_CHARACTERS - 1].rstrip("-")
    return f"{kept}-{digest}{SUFFIX}"


def is_disposable(name: str) -> bool:
    """Say whether a name is one of those that a rehearsal gives."""
    return name.endswith(SUFFIX)


def disposable_namespaces(namespaces: list[str]) -> dict[str, str]:
    """Return the namespace on the target for each of the source's."""
    return {name: disposable_name(name) for name in namespaces}
