"""Bytes that no compression shrinks, the same for the same seed."""

from __future__ import annotations

import random

# Python makes a number of all bits first, which has a largest size.
BLOCK = 64 * 1024 * 1024


def noise(seed: str, size: int) -> bytes:
    """Return `size` bytes."""
    source = random.Random(seed)
    whole, rest = divmod(size, BLOCK)
    return b"".join([*(source.randbytes(BLOCK) for _ in range(whole)), source.randbytes(rest)])
