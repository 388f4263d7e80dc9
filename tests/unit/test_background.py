"""Work beside a block begins with it and is over with it."""

from __future__ import annotations

import threading
import time

import pytest

from include.background import in_background


def test_it_runs_until_the_block_ends() -> None:
    begun, ended = threading.Event(), threading.Event()

    def work(is_over: threading.Event) -> None:
        begun.set()
        is_over.wait()
        ended.set()

    with in_background(work, "work"):
        assert begun.wait(5)
        assert not ended.is_set()
    assert ended.is_set()


def test_it_ends_with_a_block_that_fails() -> None:
    ended = threading.Event()
    with (
        pytest.raises(ValueError, match="of the block"),
        in_background(lambda is_over: is_over.wait() and ended.set(), "work"),
    ):
        raise ValueError("of the block")
    assert ended.is_set()


def test_work_that_stands_still_is_left_after_a_while() -> None:
    released = threading.Event()
    began = time.monotonic()
    with in_background(lambda _: released.wait(30), "work", patience=0.05):
        pass
    assert time.monotonic() - began < 20
    released.set()
