"""Read the rules by which Traefik chooses a route (doc.traefik.io/traefik/routing/routers/#rule), as an Ingress would say them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

TOKEN = re.compile(
    r"""\s*(?:(&&|\|\||!|\()|(\))|([A-Za-z]+)\(((?:\s*(?:`[^`]*`|"[^"]*"|'[^']*')\s*,?)*)\))"""
)
ARGUMENT = re.compile(r"""`([^`]*)`|"([^"]*)"|'([^']*)'""")
PREFIX, EXACT = "PathPrefix", "Path"
HOSTS = frozenset({"Host", "HostHeader"})
ANY_HOST = "any host"
UNREADABLE = "its rule"
# Placeholders of Traefik 2: `{id:[0-9]+}`, also in hosts of the newest.
PATTERN = re.compile(r"[{}]")


@dataclass(frozen=True)
class Condition:
    """Be one function of a rule, e.g. Host(`a`, `b`): one of its words has to fit."""

    name: str
    words: tuple[str, ...]
    is_negated: bool = False


Alternative = tuple[Condition, ...]


@dataclass(frozen=True)
class Match:
    """Hold what an Ingress would have for a rule, and what it has no words for.

    :param places: e.g. `shop.example.com /api`; an exact path is called so.
    """

    places: tuple[str, ...]
    unsaid: frozenset[str]


def read_match(rule: str) -> Match:
    """Return the hosts and paths of a rule, each host with the paths it is joined with by `&&`."""
    try:
        alternatives = _Reader(rule).alternatives()
    except ValueError:
        return Match((), frozenset({UNREADABLE}))
    places = dict.fromkeys(place for one in alternatives for place in _places(one))
    unsaid = {name for one in alternatives for condition in one if (name := _unsaid(condition))}
    return Match(tuple(places), frozenset(unsaid))


def _places(alternative: Alternative) -> Iterator[str]:
    said = [one for one in alternative if not _unsaid(one)]
    hosts = [word for one in said if one.name in HOSTS for word in one.words]
    paths = [
        f"{word} exactly" if one.name == EXACT else word
        for one in said
        if one.name not in HOSTS
        for word in one.words
    ]
    for host, path in product(hosts or [ANY_HOST], paths or ["/"]):
        yield f"{host} {path}"


def _unsaid(condition: Condition) -> str | None:
    """Return what an Ingress cannot say of a condition; None when it can."""
    if condition.is_negated:
        return f"not {condition.name}"
    is_said = condition.name in HOSTS | {PREFIX, EXACT}
    return None if is_said and not any(map(PATTERN.search, condition.words)) else condition.name


class _Reader:
    """Read a rule as alternatives, each of conditions that hold together."""

    def __init__(self, rule: str) -> None:
        self._tokens = list(_tokens(rule))

    def alternatives(self) -> list[Alternative]:
        found = self._any_of()
        if self._tokens:
            raise ValueError("something is left")
        return found

    def _any_of(self) -> list[Alternative]:
        found = self._all_of()
        while self._take("||"):
            found += self._all_of()
        return found

    def _all_of(self) -> list[Alternative]:
        found = self._one()
        while self._take("&&"):
            found = [left + right for left, right in product(found, self._one())]
        return found

    def _one(self) -> list[Alternative]:
        if self._take("!"):
            denied = {condition for one in self._one() for condition in one}
            return [tuple(Condition(one.name, one.words, is_negated=True) for one in denied)]
        if self._take("("):
            inner = self._any_of()
            if not self._take(")"):
                raise ValueError("a bracket is open")
            return inner
        if not self._tokens or isinstance(self._tokens[0], str):
            raise ValueError("a condition is missing")
        return [(self._tokens.pop(0),)]  # type: ignore[list-item]

    def _take(self, sign: str) -> bool:
        is_next = bool(self._tokens) and self._tokens[0] == sign
        if is_next:
            del self._tokens[0]
        return is_next


def _tokens(rule: str) -> Iterator[str | Condition]:
    position, end = 0, len(rule.rstrip())
    while position < end:
        found = TOKEN.match(rule, position)
        if found is None:
            raise ValueError("no rule of Traefik")
        sign, close, name, arguments = found.groups()
        words = ["".join(groups) for groups in ARGUMENT.findall(arguments or "")]
        yield Condition(name, tuple(words)) if name else sign or close
        position = found.end()
