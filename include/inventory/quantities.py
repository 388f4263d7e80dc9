"""Read Kubernetes quantities."""

from __future__ import annotations

import re

FACTORS = {
    "": 1.0,
    "m": 1e-3,
    "u": 1e-6,
    "n": 1e-9,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
    "E": 1e18,
    "Ki": 2.0**10,
    "Mi": 2.0**20,
    "Gi": 2.0**30,
    "Ti": 2.0**40,
    "Pi": 2.0**50,
    "Ei": 2.0**60,
}
QUANTITY = re.compile(r"([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([A-Za-z]*)")


def parse_quantity(text: str | float | None) -> float:
    """Return a quantity as a plain number: bytes for `1Gi`, cores for `250m`; 0 for none.

    :raises ValueError: when the text is not a quantity.
    """
    if text in {None, ""}:
        return 0.0
    match = QUANTITY.fullmatch(str(text).strip())
    if not match or match.group(2) not in FACTORS:
        raise ValueError(f"{text!r} is not a Kubernetes quantity")
    return float(match.group(1)) * FACTORS[match.group(2)]


def parse_bytes(text: str | float | None) -> int:
    """Return a quantity as whole bytes."""
    return int(parse_quantity(text))
