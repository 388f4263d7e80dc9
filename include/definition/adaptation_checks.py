"""Find problems between the adaptation rules of a definition and those of the pack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from include.definition.problems import Problem


def find_adaptation_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield rules that are turned off and do not exist, and names that stand twice."""
    section = document.get("adaptation")
    if not isinstance(section, Mapping):
        return
    # The pack is read only where a definition speaks of it: it stands on the definition.
    from include.adaptation.order import NORMALIZING, ORDER

    yield from _disabled(_list(section.get("disabled")), ORDER, NORMALIZING)
    yield from _names(_list(section.get("rules")), ORDER)


def _disabled(names: list[Any], known: tuple[str, ...], needed: tuple[str, ...]) -> Iterator[Problem]:
    for index, name in enumerate(names):
        place = ("adaptation", "disabled", index)
        if name in needed:
            yield Problem(place, f"{name!r} cannot be turned off: the other rules read what it writes")
        elif isinstance(name, str) and name not in known:
            allowed = ", ".join(rule for rule in sorted(known) if rule not in needed)
            yield Problem(place, f"{name!r} is not a rule of the pack  allowed: {allowed}")


def _names(rules: list[Any], pack: tuple[str, ...]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, rule in enumerate(rules):
        name = rule.get("name") if isinstance(rule, Mapping) else None
        if not isinstance(name, str):
            continue
        place = ("adaptation", "rules", index, "name")
        if name in pack:
            yield Problem(place, f"{name!r} is the name of a rule of the pack; take another one")
        if name in first:
            yield Problem(
                place, f"{name!r} is the name of adaptation.rules[{first[name]}], too; names must differ"
            )
        first.setdefault(name, index)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
