"""Merge a few fields, given for one run, into a definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from include.definition.problems import Problem, YamlPath
from include.definition.yaml_text import Lines, parse_yaml

ORIGIN = " of the overrides"
# The ledger's folder and names of objects carry the name: another one would be another migration.
FIXED = ("schema", "name")


def override(document: dict[str, Any], lines: Lines, text: str) -> list[Problem]:
    """Put the fields of a YAML or JSON text into a definition: mappings are merged, everything else is replaced.

    Returns the problems of the text itself; what it makes of the definition is judged afterwards.
    """
    changes, places, problems = parse_yaml(text, ORIGIN)
    if changes is None:
        return [Problem(("overrides",), f"{problem.text}{_hint(problem)}") for problem in problems]
    for name in FIXED:
        if changes.pop(name, None) is not None:
            problems.append(Problem(("overrides", name), "is the same in all runs of a migration; remove it"))
    _merge(document, changes, (), (lines, places))
    return problems


def _merge(
    base: dict[str, Any], changes: Mapping[str, Any], path: YamlPath, lines: tuple[Lines, Lines]
) -> None:
    for name, value in changes.items():
        here = (*path, name)
        if isinstance(value, Mapping) and isinstance(base.get(name), dict):
            _merge(base[name], value, here, lines)
        else:
            base[name] = value
            lines[0].replace(here, lines[1])


def _hint(problem: Problem) -> str:
    return "" if "not YAML" in problem.text else ", such as `cutover: {watch_seconds: 120}`"
