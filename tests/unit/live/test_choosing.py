"""Filters, orders and pages of a list."""

from __future__ import annotations

from include.live import Choice, Page, choose

ROWS = [
    {"name": "Web", "state": "failed", "size": 3, "note": "the front door"},
    {"name": "api", "state": "equal", "size": None, "note": None},
    {"name": "worker", "state": "equal", "size": 1, "note": "front and back"},
]


def chosen(**wanted: object) -> Page:
    return choose(
        ROWS,
        Choice(**wanted),  # type: ignore[arg-type]
        read=dict.get,
        searched=("name", "note"),
        orders={"state": ("failed", "equal")},
    )


def names(page: Page) -> list[str]:
    return [row["name"] for row in page.rows]


def test_every_word_has_to_stand_somewhere_in_any_case() -> None:
    assert names(chosen(text="FRONT web")) == ["Web"]
    assert names(chosen(text="front")) == ["Web", "worker"]


def test_counts_say_what_another_value_of_a_filter_would_leave() -> None:
    page = chosen(equal={"state": "failed"}, text="front")
    assert names(page) == ["Web"]
    assert page.counts == {"state": {"failed": 1, "equal": 1}}


def test_words_sort_without_case_and_states_by_their_meaning() -> None:
    assert names(chosen(by="name")) == ["api", "Web", "worker"]
    assert names(chosen(by="state", descending=True)) == ["api", "worker", "Web"]


def test_rows_without_a_value_come_last_in_both_orders() -> None:
    assert names(chosen(by="size")) == ["worker", "Web", "api"]
    assert names(chosen(by="size", descending=True)) == ["Web", "worker", "api"]


def test_a_page_is_a_part_of_all_that_fit() -> None:
    page = chosen(offset=1, limit=1)
    assert (names(page), page.total) == (["api"], 3)
    assert names(chosen(offset=-5, limit=10_000)) == ["Web", "api", "worker"]
