"""Dates are settled by the clock of the store that gives them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.objects.listing import Place
from include.objects.store_clock import LARGEST_SKEW, settled_until


class Store:
    """Answer a listing with these headers."""

    def __init__(self, **headers: str) -> None:
        self.answer = {"ResponseMetadata": {"HTTPHeaders": headers}}

    def list_objects_v2(self, **_: Any) -> dict[str, Any]:
        return self.answer


def settled(store: Store) -> datetime:
    return settled_until({"source": Place(store, "pictures")})["source"]


@pytest.mark.parametrize("told", ["Sat, 28 Nov 2026 07:50:00 GMT", "Sat, 28 Nov 2026 07:50:00 -0000"])
def test_what_is_a_minute_older_than_the_stores_own_time_is_settled(told: str) -> None:
    assert settled(Store(date=told)) == datetime(2026, 11, 28, 7, 49, tzinfo=UTC)


@pytest.mark.parametrize("store", [Store(), Store(date="soon")])
def test_a_store_that_tells_no_time_may_be_a_quarter_of_an_hour_off(store: Store) -> None:
    before = datetime.now(UTC)
    assert before <= settled(store) + LARGEST_SKEW <= datetime.now(UTC)
    assert timedelta(seconds=900) < LARGEST_SKEW
