"""Load a definition and find every problem in it at once."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from include.definition.crosschecks import find_cross_problems
from include.definition.model import Definition
from include.definition.overriding import override
from include.definition.problems import Problem, problems_of
from include.definition.yaml_text import Lines, parse_yaml
from include.errors import DefinitionError


def load_definition(path_or_text: str | Path, overrides: str = "") -> Definition:
    """Return the definition in a YAML file, or in YAML text (any string with a line break).

    :param overrides: YAML or JSON text with fields that take the place of the definition's, for one run.
    :raises DefinitionError: with every problem, each beginning with its path in the YAML.
    """
    text, origin = _text(path_or_text)
    document, lines, problems = parse_yaml(text)
    if document is None:
        raise _refusal(problems, lines, origin)
    if overrides.strip():
        problems.extend(override(document, lines, overrides))
    definition: Definition | None = None
    try:
        definition = Definition.model_validate(document)
    except ValidationError as error:
        problems.extend(problems_of(error))
    problems.extend(find_cross_problems(document))
    if problems or definition is None:
        raise _refusal(problems, lines, origin)
    return definition


def _text(path_or_text: str | Path) -> tuple[str, str]:
    if isinstance(path_or_text, str) and "\n" in path_or_text:
        return path_or_text, "the definition"
    path = Path(path_or_text)
    try:
        return path.read_text(encoding="utf-8"), str(path)
    except FileNotFoundError:
        found = sorted(str(other) for other in path.parent.glob("*.yaml")) if path.parent.is_dir() else []
        there = f"; there are: {', '.join(found)}" if found else ""
        raise DefinitionError([f"{path}: no such file{there}"]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError([f"{path}: not readable as UTF-8 text ({error.__class__.__name__})"]) from error


def _refusal(problems: list[Problem], lines: Lines, origin: str) -> DefinitionError:
    ordered = sorted(problems, key=lambda problem: (lines.order_of(problem.path), problem.text))
    rendered = [problem.rendered(lines.place_of(problem.path)) for problem in ordered]
    return DefinitionError(list(dict.fromkeys(rendered)), title=f"{origin} has problems")
