"""Tell by the clock of a store up to when its dates are settled: none of them can be given to anything new."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from include.objects.catalog import Side
    from include.objects.listing import Place

# Machines of one store keep the same time by far better than that; dates count seconds.
SKEW_OF_ONE_STORE = timedelta(seconds=60)
# A store that does not tell its time refuses requests whose clock is fifteen minutes off.
LARGEST_SKEW = timedelta(seconds=902)


def settled_until(places: Mapping[Side, Place]) -> dict[Side, datetime]:
    """Return for each side the moment before which whatever has a date was written before now."""
    return {side: _settled(place) for side, place in places.items()}


def _settled(place: Place) -> datetime:
    asked = datetime.now(UTC)
    told = _time_of(place.client.list_objects_v2(Bucket=place.bucket, MaxKeys=1))
    return asked - LARGEST_SKEW if told is None else told - SKEW_OF_ONE_STORE


def _time_of(answer: Mapping[str, Any]) -> datetime | None:
    headers = (answer.get("ResponseMetadata") or {}).get("HTTPHeaders") or {}
    try:
        told = parsedate_to_datetime(headers["date"])
    except (KeyError, TypeError, ValueError):
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)
