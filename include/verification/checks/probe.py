"""Say what every sort of check can do: ask one side once, and say what is expected of the target."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Protocol

from include.connections.access import Side

LONGEST_VALUE = 200
AS_SOURCE = "what the source answers, which was not asked"


class NoAnswerError(Exception):
    """Say why a side gave no answer; the text is short and holds no secret."""


class Probe(Protocol):
    """Ask for one check."""

    @property
    def sides(self) -> frozenset[Side]:
        """Return whom it may be asked of, and as often as latencies need; the target alone where it may change something."""

    def ask(self, side: Side) -> Any:
        """Return the answer as plain JSON.

        :raises NoAnswerError: when there is none.
        """

    def expected(self, source: Any) -> Any:
        """Return the answer that the target has to give.

        :param source: the source's answer; None when it was not asked, or gave none.
        """

    def close(self) -> None:
        """Close what was opened."""


def compact(value: Any) -> Any:
    """Return a value as proofs show it: a long one by its hash, so that equal values stay equal."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
    if len(text) <= LONGEST_VALUE:
        return value
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}, {len(text)} characters"


def is_same(one: Any, other: Any) -> bool:
    """Compare two answers; true is not 1, as it is in Python."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(one[name], other[name]) for name in one)
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
