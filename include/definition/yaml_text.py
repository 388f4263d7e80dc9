"""Parse YAML text and remember on which line each value stands."""

from __future__ import annotations

from typing import Any

import yaml

from include.definition.problems import Problem, YamlPath


class Lines:
    """Tell the line of a path in the YAML, or of its nearest parent that is there."""

    def __init__(self) -> None:
        self._lines: dict[YamlPath, int] = {}

    def add(self, path: YamlPath, line: int) -> None:
        """Remember where a path stands, counted from 1."""
        self._lines[path] = line

    def line_of(self, path: YamlPath) -> int | None:
        """Return the line, or None for a path with no part in the text."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
        return None


def parse_yaml(text: str) -> tuple[dict[str, Any] | None, Lines, list[Problem]]:
    """Return the document, its lines, and the problems of the YAML itself.

    The document is None when the text is not YAML or not a mapping; keys written twice are problems, since
    YAML would silently keep the last.
    """
    lines = Lines()
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        document = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        return None, lines, [Problem((), _syntax(error))]
    except (yaml.YAMLError, ValueError) as error:
        return None, lines, [Problem((), f"not YAML: {error}")]
    if not isinstance(document, dict):
        return None, lines, [Problem((), "must be a mapping that begins with `schema: 1`")]
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
