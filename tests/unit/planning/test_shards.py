from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.planning.model import PlanItem
from include.planning.shards import shard_rows


def row(key: str, seconds: float = 1.0, together: str = "") -> PlanItem:
    return PlanItem(
        key=key,
        phase="swr_image_sync",
        kind="image",
        source=key,
        target=key,
        action="copy",
        predicted_seconds=seconds,
        details={"together": together},
    )


def test_no_rows_give_no_shards() -> None:
    assert shard_rows([]) == []


def test_few_rows_share_a_shard_that_is_named_after_the_longest() -> None:
    shards = shard_rows([row("a"), row("b", 9.0), row("c")], rows_per_shard=4)
    assert shards == [{"name": "b and 2 more", "keys": ["b", "a", "c"]}]


def test_the_longest_row_gets_a_shard_of_its_own_while_others_share() -> None:
    shards = shard_rows([row("long", 60.0), *(row(f"short-{n}") for n in range(5))], rows_per_shard=3)
    assert shards[0]["keys"] == ["long"]
    assert len(shards) == 2


def test_a_long_key_is_shown_by_its_end() -> None:
    key = "registry.example.com/" + "x" * 80 + ":1.0"
    assert shard_rows([row(key)])[0]["name"] == f"…{key[-60:]}"


def test_rows_that_share_something_share_a_shard() -> None:
    rows = [row(f"{base}-{number}", together=base) for number in range(4) for base in ("alpine", "debian")]

    shards = shard_rows(rows, rows_per_shard=4)

    assert [{key.partition("-")[0] for key in shard["keys"]} for shard in shards] == [{"alpine"}, {"debian"}]


def test_what_all_rows_share_does_not_make_one_shard_of_them() -> None:
    shards = shard_rows([row(str(number), together="debian") for number in range(16)], rows_per_shard=4)

    assert [len(shard["keys"]) for shard in shards] == [4, 4, 4, 4]


# A busy machine must not fail a test that is not about time.
@settings(deadline=None)
@given(count=st.integers(0, 400), per_shard=st.integers(1, 50), most=st.integers(1, 16))
def test_every_row_is_in_exactly_one_of_at_most_so_many_shards(count: int, per_shard: int, most: int) -> None:
    rows = [row(f"image-{number}", float(number % 7), ("", "a", "b")[number % 3]) for number in range(count)]
    shards = shard_rows(rows, rows_per_shard=per_shard, most_shards=most)
    assert len(shards) <= most
    assert sorted(key for shard in shards for key in shard["keys"]) == sorted(one.key for one in rows)


@pytest.mark.parametrize("count", [8, 9])
def test_one_row_more_than_fits_opens_another_shard(count: int) -> None:
    assert (
        len(shard_rows([row(str(number)) for number in range(count)], rows_per_shard=8)) == (count + 7) // 8
    )
