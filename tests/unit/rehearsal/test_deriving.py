"""The definition that a rehearsal runs: nothing in it is what the migration writes into."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from include.bandwidth import limit_at
from include.definition import Definition
from include.errors import DefinitionError
from include.rehearsal.deriving import refuse_real_targets, rehearsed
from include.rehearsal.names import disposable_name, is_disposable
from tests.builders.definitions import definition

CREATE = {"vpc": "v", "subnet": "s", "security_group": "g"}


def with_instances(document: dict[str, Any]) -> None:
    for index, database in enumerate(document["databases"]):
        database["rds"] = {"connection": "huawei_cloud", "instance": f"lab-{index}", "create": CREATE}


def test_everything_that_is_written_into_has_another_name() -> None:
    real = definition(with_instances)
    derived = rehearsed(real)

    assert derived.name == "lab-rehearsal"
    assert [one.rds.instance for one in derived.databases if one.rds] == [
        "lab-0-rehearsal",
        "lab-1-rehearsal",
    ]
    assert [one.target.bucket for one in derived.buckets] == ["product-pictures-rehearsal"]
    assert derived.velero.bucket == "cce-migration-velero-rehearsal"
    assert derived.volumes.bucket == "cce-migration-volumes-rehearsal"


def test_the_sources_the_images_and_the_checks_stay_as_they_are() -> None:
    real = definition(with_instances)
    derived = rehearsed(real)

    assert derived.source == real.source
    assert derived.images == real.images
    assert derived.checks == real.checks
    assert [one.source for one in derived.databases] == [one.source for one in real.databases]
    assert [one.source for one in derived.buckets] == [one.source for one in real.buckets]


def test_each_of_the_rehearsals_that_may_run_at_once_has_its_part_of_the_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def change(document: dict[str, Any]) -> None:
        with_instances(document)
        night = {"from": "22:00", "to": "06:00"}
        document["images"]["bandwidth"] = {"limit": "20MB/s", "windows": [{**night, "limit": "200Mbit/s"}]}
        document["buckets"][0]["bandwidth"] = {"limit": "10kB/s", "windows": [night]}

    monkeypatch.setenv("CCE_MIGRATION_REHEARSALS_AT_ONCE", "4")
    derived = rehearsed(definition(change))
    noon, midnight = (datetime(2026, 11, 27, hour, tzinfo=UTC) for hour in (12, 0))

    assert limit_at(derived.images.bandwidth, noon) == 5_000_000
    assert limit_at(derived.images.bandwidth, midnight) == 6_250_000
    of_bucket = derived.buckets[0].bandwidth
    assert of_bucket is not None
    assert (limit_at(of_bucket, noon), limit_at(of_bucket, midnight)) == (2500, None)


def test_a_scratch_instance_has_an_address_that_only_the_cloud_knows() -> None:
    (first, *_) = rehearsed(definition(with_instances)).databases

    assert first.address is not None
    assert (first.address.source, first.address.target) == ("pg.source.lab:5432", None)


def test_databases_are_copied_and_not_followed() -> None:
    def follow(document: dict[str, Any]) -> None:
        with_instances(document)
        document["databases"][0]["mode"] = "follow"

    assert {one.mode for one in rehearsed(definition(follow)).databases} == {"dump"}


def test_applications_are_told_the_scratch_bucket() -> None:
    (moved,) = rehearsed(definition(with_instances)).adaptation.addresses

    assert (moved.source, moved.target) == ("product-pictures", "product-pictures-rehearsal")


def test_the_derived_definition_is_one_that_can_be_recorded_and_read_again() -> None:
    derived = rehearsed(definition(with_instances))

    assert Definition.model_validate(derived.model_dump(mode="json", by_alias=True)) == derived


def test_the_source_is_never_retired_by_a_rehearsal() -> None:
    def retire(document: dict[str, Any]) -> None:
        with_instances(document)
        document["retirement"] = {"enabled": True}

    assert not rehearsed(definition(retire)).retirement.enabled


def test_databases_without_a_server_to_throw_away_are_refused_at_once() -> None:
    with pytest.raises(DefinitionError) as refusal:
        rehearsed(definition())

    assert len(refusal.value.problems) == 2
    assert "rehearsal.databases.shop-orders" in str(refusal.value)


def lend(target: str, address: str | None) -> Any:
    def change(document: dict[str, Any]) -> None:
        with_instances(document)
        scratch: dict[str, Any] = {"target": target, **({"address": address} if address else {})}
        document["rehearsal"] = {"databases": {"shop-orders": scratch}}

    return change


def test_a_lent_server_takes_the_place_of_an_instance() -> None:
    (first, *_) = rehearsed(definition(lend("scratch_postgres", "scratch.lab:5432"))).databases

    assert (first.target, first.rds) == ("scratch_postgres", None)
    assert first.address is not None
    assert first.address.target == "scratch.lab:5432"


@pytest.mark.parametrize(
    ("target", "address", "said"),
    [
        ("target_postgres", "a:5432", "is the migration's own server"),
        ("source_postgres", "a:5432", "is the migration's own server"),
        ("scratch_postgres", None, "address: is missing"),
    ],
)
def test_a_lent_server_is_neither_the_source_nor_the_target(
    target: str, address: str | None, said: str
) -> None:
    with pytest.raises(DefinitionError, match=said):
        rehearsed(definition(lend(target, address)))


def test_a_derived_definition_that_shares_a_target_is_refused() -> None:
    real = definition(with_instances)
    with pytest.raises(DefinitionError, match="bucket product-pictures of obs"):
        refuse_real_targets(real, rehearsed(real).model_copy(update={"buckets": real.buckets}))


@pytest.mark.parametrize("name", ["shop", "a" * 53, "a" * 54, "b" * 63])
def test_a_disposable_name_fits_and_is_known_as_such(name: str) -> None:
    found = disposable_name(name)
    assert len(found) <= 63
    assert is_disposable(found)
    assert not is_disposable(name)


def test_long_names_that_begin_alike_stay_apart() -> None:
    assert disposable_name("a" * 60 + "b") != disposable_name("a" * 60 + "c")
