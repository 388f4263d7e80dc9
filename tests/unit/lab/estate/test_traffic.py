from __future__ import annotations

import os
import time
from pathlib import Path

import httpx
import pytest

from lab.estate.customers import Customers
from lab.estate.heartbeat import note
from lab.estate.traffic import Traffic
from lab.estate.traffic_journal import Journal, Promises, read_promises


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("lab.paths.DATA", tmp_path)


def long_ago(moment: str, seconds: float, folder: Path) -> None:
    then = time.time() - seconds
    os.utime(folder / "traffic" / f".{moment}", (then, then))


def sent(answer: httpx.Response | httpx.HTTPError) -> tuple[Promises, int]:
    requests = []

    def handle(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        if isinstance(answer, httpx.HTTPError):
            raise answer
        return answer

    with httpx.Client(transport=httpx.MockTransport(handle)) as http, Journal("traffic-1") as journal:
        Customers(http, journal).order(7)
    (promises,) = read_promises()
    return promises, len(requests)


def test_an_order_that_was_taken_is_a_promise() -> None:
    assert sent(httpx.Response(201)) == (Promises("traffic-1", {7}, {7}), 1)


@pytest.mark.parametrize(
    "answer", [httpx.Response(502), httpx.Response(200), httpx.ReadTimeout("no answer in time")]
)
def test_an_order_without_a_good_answer_is_none_and_is_not_sent_again(
    answer: httpx.Response | httpx.HTTPError,
) -> None:
    assert sent(answer) == (Promises("traffic-1", set(), {7}), 1)


def test_it_is_not_ready_before_an_order_was_taken(tmp_path: Path) -> None:
    note("tried")
    assert not Traffic().is_ready()


def test_it_is_ready_while_the_shop_is_shut_as_long_as_it_tries(tmp_path: Path) -> None:
    note("tried")
    note("acknowledged")
    long_ago("acknowledged", 60, tmp_path)
    assert Traffic().is_ready()
    long_ago("tried", 60, tmp_path)
    assert not Traffic().is_ready()
