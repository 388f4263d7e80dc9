"""Object storages are asked in the way OBS accepts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from include.connections import ObjectStorageAccess
from include.planning.storage_client import _moment, make_bucket, open_storage


class Client:
    """Remember what was asked for."""

    def create_bucket(self, **parameters: Any) -> None:
        self.parameters = parameters


@pytest.mark.parametrize(
    ("region", "place"),
    [
        ("eu-de", {"CreateBucketConfiguration": {"LocationConstraint": "eu-de"}}),
        ("us-east-1", {}),
    ],
)
def test_a_bucket_is_made_in_the_region_of_its_service(region: str, place: dict[str, Any]) -> None:
    client = Client()

    make_bucket(client, "pictures", region)

    assert client.parameters == {"Bucket": "pictures", **place}


def test_a_client_addresses_buckets_by_host_and_sends_no_trailers() -> None:
    access = ObjectStorageAccess("https://obs.eu-de.example", "eu-de", "AK", "secret-key-of-the-tests")

    config = open_storage(access, connections=32).meta.config

    assert config.s3["addressing_style"] == "virtual"
    assert config.request_checksum_calculation == "when_required"
    assert config.max_pool_connections == 32


def test_dates_of_listings_and_of_headers_are_read_alike() -> None:
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert _moment("2026-11-24T12:00:00.000Z") == noon
    assert _moment("Tue, 24 Nov 2026 12:00:00 GMT") == noon
