"""Give each of the rehearsals that may run at once its part of the line, so that all of them together stay below the limits."""

from __future__ import annotations

import os

from include.definition import Bucket, Images
from include.definition.bandwidth import Bandwidth, bytes_per_second

VARIABLE = "CCE_MIGRATION_REHEARSALS_AT_ONCE"
DEFAULT = 2


def rehearsals_at_once() -> int:
    """Return how many rehearsals, of different definitions, may run at one time."""
    return max(int(os.environ.get(VARIABLE, DEFAULT)), 1)


def with_parts(images: Images, buckets: list[Bucket], parts: int) -> tuple[Images, list[Bucket]]:
    """Return both with limits that are a part of theirs; what has no limit has none.

    It is the same part whoever else runs: times of rehearsals could not be compared otherwise.
    """
    return (
        images.model_copy(update={"bandwidth": _part(images.bandwidth, parts)}),
        [
            one.model_copy(update={"bandwidth": one.bandwidth and _part(one.bandwidth, parts)})
            for one in buckets
        ],
    )


def _part(bandwidth: Bandwidth, parts: int) -> Bandwidth:
    windows = [one.model_copy(update={"limit": _rate(one.limit, parts)}) for one in bandwidth.windows]
    return bandwidth.model_copy(update={"limit": _rate(bandwidth.limit, parts), "windows": windows})


def _rate(limit: str | None, parts: int) -> str | None:
    # Rates have kB/s as their smallest unit, and take fractions of it.
    return limit and f"{max(bytes_per_second(limit) // parts, 1) / 1000:.3f}kB/s"
