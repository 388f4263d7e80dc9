"""Parse YAML text and remember on which line each value stands."""

from __future__ import annotations

from typing import Any

import yaml

from include.definition.problems import Problem, YamlPath


class Lines:
    """Tell the line of a path in the YAML, or of its nearest parent that is there."""

    def __init__(self, origin: str = "") -> None:
        self._origin = origin
        self._lines: dict[YamlPath, tuple[int, str]] = {}

    def add(self, path: YamlPath, line: int) -> None:
        """Remember where a path stands, counted from 1."""
        self._lines[path] = (line, self._origin)

    def replace(self, path: YamlPath, other: Lines) -> None:
        """Forget what stood at and below a path, and take the places that another text has for it."""
        kept = {known: place for known, place in self._lines.items() if known[: len(path)] != path}
        taken = {known: place for known, place in other._lines.items() if known[: len(path)] == path}
        self._lines = kept | taken

    def order_of(self, path: YamlPath) -> int:
        """Return the line, 0 for a path with no part in the text."""
        return self._nearest(path)[0]

    def place_of(self, path: YamlPath) -> str:
        """Return e.g. `line 12`, or nothing for a path with no part in the text."""
        line, origin = self._nearest(path)
        return f"line {line}{origin}" if line else ""

    def _nearest(self, path: YamlPath) -> tuple[int, str]:
        for length in range(len(path), 0, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
        return 0, ""


def parse_yaml(text: str, origin: str = "") -> tuple[dict[str, Any] | None, Lines, list[Problem]]:
    """Return the document, its lines, and the problems of the YAML itself.

    :param origin: which text it is, to be told after a line's number.

    The document is None when the text is not YAML or not a mapping; keys written twice are problems, since
    YAML would silently keep the last.
    """
    lines = Lines(origin)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        document = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        return None, lines, [Problem((), _syntax(error))]
    except (yaml.YAMLError, ValueError) as error:
        return None, lines, [Problem((), f"not YAML: {error}")]
    if not isinstance(document, dict):
        begins = "" if origin else " that begins with `schema: 1`"
        return None, lines, [Problem((), f"must be a mapping{begins}")]
    problems: list[Problem] = []
    _walk(root, (), lines, problems)
    return document, lines, problems


def _syntax(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    what = " ".join(part for part in (error.context, error.problem) if part)
    return f"{place}not YAML: {what}"


def _walk(node: yaml.Node | None, path: YamlPath, lines: Lines, problems: list[Problem]) -> None:
    if isinstance(node, yaml.MappingNode):
        _walk_mapping(node, path, lines, problems)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines.add((*path, index), value.start_mark.line + 1)
            _walk(value, (*path, index), lines, problems)


def _walk_mapping(node: yaml.MappingNode, path: YamlPath, lines: Lines, problems: list[Problem]) -> None:
    seen: dict[str, int] = {}
    for key, value in node.value:
        name, line = str(key.value), key.start_mark.line + 1
        if name in seen:
            problems.append(Problem((*path, name), f"written twice, first on line {seen[name]}; keep one"))
        seen.setdefault(name, line)
        lines.add((*path, name), line)
        _walk(value, (*path, name), lines, problems)
