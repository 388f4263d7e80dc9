"""Small transactions are committed together, and at once where somebody waits for them."""

from __future__ import annotations

from typing import Any

import pytest

from include.databases.postgresql import transfer
from include.databases.postgresql.pgoutput import Begin, Commit, Message
from include.databases.postgresql.position import Position
from include.databases.postgresql.stream import Sent, present


class Stream:
    """Give messages, then nothing any more."""

    def __init__(self, messages: list[Message | None]) -> None:
        self._left = messages
        self.confirmed: list[int] = []

    def read(self, seconds: float) -> Sent | None:
        if self._left:
            return Sent(self._left.pop(0), present(), 0)
        transfer.time.sleep(seconds)
        return None

    def confirm(self, position: int) -> None:
        self.confirmed.append(position)

    def ask(self) -> None:
        pass


class Destination:
    def __init__(self) -> None:
        self.commits = 0

    def commit(self) -> None:
        self.commits += 1


def transactions(count: int) -> list[Message | None]:
    """Give small transactions, each with a word of the server that it is idle."""
    found: list[Message | None] = []
    for number in range(1, count + 1):
        found += [Begin(number, present(), number), Commit(number), None]
    return found


@pytest.fixture
def destination(monkeypatch: pytest.MonkeyPatch) -> Destination:
    monkeypatch.setattr(transfer, "read_position", lambda _: Position(0))
    monkeypatch.setattr(transfer, "move_position", lambda *_: None)
    return Destination()


def run(stream: Any, destination: Any, goal: int | None) -> int:
    found = transfer.Transfer(stream, destination)
    before = destination.commits
    assert found.run(goal, 0.3).transactions == 20
    return int(destination.commits) - before


def test_transactions_that_come_one_by_one_are_committed_together(destination: Destination) -> None:
    stream = Stream(transactions(20))
    assert run(stream, destination, None) == 1
    assert max(stream.confirmed) == 20


def test_nothing_is_gathered_while_a_goal_is_waited_for(destination: Destination) -> None:
    stream = Stream(transactions(20))
    assert run(stream, destination, 20) == 20
    assert max(stream.confirmed) == 20
