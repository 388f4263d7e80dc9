from __future__ import annotations

from include.cutover.timeline import Attempt, Outage, as_ranges, find_outages, from_ranges, merge_outages


def attempt(kind: str, started: float, is_ok: bool, took: float = 0.1) -> Attempt:
    return Attempt(kind, started, started + took, is_ok)  # type: ignore[arg-type]


def test_without_failures_there_is_no_outage() -> None:
    assert find_outages([attempt("read", 0, True), attempt("write", 1, True)]) == []


def test_an_outage_lasts_from_the_first_failure_to_the_end_of_the_next_good_answer() -> None:
    rows = [
        attempt("write", 0, True),
        attempt("write", 1, False),
        attempt("write", 2, False),
        attempt("write", 3, True),
    ]
    assert find_outages(rows) == [Outage(1, 3.1)]


def test_good_reads_do_not_hide_failing_writes() -> None:
    rows = [
        attempt("write", 1, False),
        attempt("read", 1.5, True),
        attempt("read", 2, True),
        attempt("write", 4, True),
    ]
    assert find_outages(rows) == [Outage(1, 4.1)]


def test_answers_that_come_out_of_order_are_put_in_order() -> None:
    rows = [attempt("read", 3, True), attempt("read", 1, False, took=5.0)]
    assert find_outages(rows) == [Outage(1, 3.1)]


def test_an_outage_without_an_end_lasts_to_the_last_attempt() -> None:
    assert find_outages([attempt("read", 1, False, took=2.0)]) == [Outage(1, 3)]


def test_overlapping_outages_count_once() -> None:
    assert merge_outages([Outage(1, 3), Outage(2, 4), Outage(6, 7)]) == [Outage(1, 4), Outage(6, 7)]


def test_ranges_are_short_and_lose_nothing() -> None:
    assert as_ranges({1, 2, 3, 7}) == [[1, 3], [7, 7]]
    assert from_ranges([[1, 3], [7, 7]]) == {1, 2, 3, 7}
