"""Find which images are best copied by one task, because they share layers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

# A task that sends less a second time loses no time by it.
SMALLEST_BYTES = 256 * 1024


def largest_shared(images: Mapping[str, Mapping[str, int]]) -> dict[str, str]:
    """Return the largest layer that each image shares with another one; images that share none are left out.

    :param images: key of an image -> digest -> bytes of its configs and layers.
    """
    users = Counter(digest for sizes in images.values() for digest in sizes)
    found = {}
    for key, sizes in images.items():
        shared = [
            (size, digest) for digest, size in sizes.items() if users[digest] > 1 and size >= SMALLEST_BYTES
        ]
        if shared:
            found[key] = max(shared)[1]
    return found
