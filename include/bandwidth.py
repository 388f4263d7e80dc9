"""Tell which limit of a bandwidth holds at a moment."""

from __future__ import annotations

from datetime import UTC, datetime, time

from include.definition.bandwidth import Bandwidth, BandwidthWindow, bytes_per_second


def limit_at(bandwidth: Bandwidth, moment: datetime) -> int | None:
    """Return the limit in bytes per second, or None where there is none.

    Windows are in UTC; their beginning belongs to them, their end does not.

    :param moment: with its time zone, whichever it is.
    """
    clock = moment.astimezone(UTC).time()
    window = next((one for one in bandwidth.windows if _holds(one, clock)), None)
    limit = window.limit if window else bandwidth.limit
    return bytes_per_second(limit) if limit else None


def _holds(window: BandwidthWindow, clock: time) -> bool:
    start, end = time.fromisoformat(window.start), time.fromisoformat(window.end)
    if start < end:
        return start <= clock < end
    return clock >= start or clock < end
