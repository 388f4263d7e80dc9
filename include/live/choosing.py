"""Choose, sort and page rows, for lists of many thousands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from include.report.rows import phase_order

LONGEST_PAGE = 500


@dataclass(frozen=True)
class Choice:
    """Say which rows are wanted, in which order, and which part of them.

    :param equal: field -> the value it has to have; an empty value lets all through.
    :param text: words that all have to stand somewhere in the searched fields, in any case.
    :param by: field to sort by; rows without it come last. Empty keeps the order they have.
    """

    equal: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    by: str = ""
    descending: bool = False
    offset: int = 0
    limit: int = 100


@dataclass(frozen=True)
class Page:
    """Be a part of the chosen rows; `counts` says how many each value of a field would leave, were it asked for."""

    rows: Sequence[Any]
    total: int
    counts: Mapping[str, Mapping[str, int]]


def choose(
    rows: Sequence[Any],
    choice: Choice,
    *,
    read: Callable[[Any, str], Any] = getattr,
    searched: Sequence[str],
    orders: Mapping[str, Sequence[str]] | None = None,
) -> Page:
    """Return the page that a choice names.

    :param read: reads a field of a row.
    :param searched: the fields that `text` is looked for in.
    :param orders: field -> its values in the order they sort.
    """
    words = choice.text.lower().split()
    found = [row for row in rows if _has_words(row, words, searched, read)]
    counts = {name: _counted(found, choice, name, read) for name in choice.equal}
    kept = [row for row in found if _fits(row, choice.equal, read)]
    start = max(0, choice.offset)
    part = _sorted(kept, choice, read, orders or {})[start : start + min(choice.limit, LONGEST_PAGE)]
    return Page(part, len(kept), counts)


def _has_words(
    row: Any, words: Sequence[str], searched: Sequence[str], read: Callable[[Any, str], Any]
) -> bool:
    if not words:
        return True
    text = "\n".join(str(read(row, name) or "") for name in searched).lower()
    return all(word in text for word in words)


def _fits(row: Any, equal: Mapping[str, str], read: Callable[[Any, str], Any]) -> bool:
    return all(not value or read(row, name) == value for name, value in equal.items())


def _counted(
    rows: Sequence[Any], choice: Choice, name: str, read: Callable[[Any, str], Any]
) -> dict[str, int]:
    others = {other: value for other, value in choice.equal.items() if other != name and value}
    fitting = rows if not others else [row for row in rows if _fits(row, others, read)]
    return {str(value): number for value, number in Counter(read(row, name) for row in fitting).items()}


def _sorted(
    rows: list[Any],
    choice: Choice,
    read: Callable[[Any, str], Any],
    orders: Mapping[str, Sequence[str]],
) -> list[Any]:
    if not choice.by:
        return rows
    place = _place(choice.by, orders)
    known = [row for row in rows if read(row, choice.by) is not None]
    empty = [row for row in rows if read(row, choice.by) is None]
    known.sort(key=lambda row: place(read(row, choice.by)), reverse=choice.descending)
    return known + empty


def _place(name: str, orders: Mapping[str, Sequence[str]]) -> Callable[[Any], Any]:
    if name == "phase":
        return lambda value: phase_order(str(value))
    if name in orders:
        places = {value: place for place, value in enumerate(orders[name])}
        return lambda value: places.get(value, len(places))
    return lambda value: value.lower() if isinstance(value, str) else value
