from __future__ import annotations

from pathlib import Path

import pytest

from lab.estate.audit import compare
from lab.estate.traffic_journal import Journal, Promises, parse, read_promises


def test_what_is_held_once_is_neither_lost_nor_doubled() -> None:
    promises = [Promises("traffic-1", acknowledged={1, 2}, sent={1, 2}, uploads={"a.bin": "x"})]
    result = compare(promises, {("traffic-1", 1): 1, ("traffic-1", 2): 1}, {"a.bin": "x"})
    assert (result.acknowledged, result.lost, result.doubled) == (3, [], [])


def test_an_acknowledged_order_that_is_not_held_is_lost() -> None:
    result = compare([Promises("traffic-1", acknowledged={1, 7})], {("traffic-1", 1): 1}, {})
    assert result.lost == ["traffic-1/7"]


def test_an_order_without_an_answer_may_be_missing_but_not_be_held_twice() -> None:
    promises = [Promises("traffic-1", acknowledged={1}, sent={1, 2, 3})]
    result = compare(promises, {("traffic-1", 1): 1, ("traffic-1", 3): 2}, {})
    assert result.lost == []
    assert result.doubled == ["traffic-1/3"]


def test_the_same_numbers_of_two_clients_are_two_orders() -> None:
    promises = [Promises("traffic-1", acknowledged={1}), Promises("traffic-2", acknowledged={1})]
    assert compare(promises, {("traffic-2", 1): 1}, {}).lost == ["traffic-1/1"]


def test_an_upload_with_another_content_is_lost() -> None:
    promises = [Promises("traffic-1", uploads={"a.bin": "x", "b.bin": "y"})]
    assert compare(promises, {}, {"a.bin": "x", "b.bin": "z"}).lost == ["upload b.bin"]


def test_a_line_that_was_never_finished_counts_as_not_written() -> None:
    found = parse("traffic-1", "order 1\nsent 2\nupload a.bin abc\norder 31")
    assert found.acknowledged == {1}
    assert found.sent == {1, 2}
    assert found.uploads == {"a.bin": "abc"}


def test_a_journal_is_read_back_as_it_was_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("lab.paths.DATA", tmp_path)
    with Journal("traffic-1") as journal:
        journal.order(1, is_acknowledged=True)
        journal.order(2, is_acknowledged=False)
        journal.upload("a.bin", "abc")
    (found,) = read_promises()
    assert found == Promises("traffic-1", {1}, {1, 2}, {"a.bin": "abc"})
