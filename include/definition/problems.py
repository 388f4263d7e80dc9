"""Turn pydantic's findings into sentences with the YAML path and the allowed values."""

from __future__ import annotations

import difflib
import re
import types
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from include.definition.adaptation import POINTER_PATTERN, RULE_PATTERN
from include.definition.custom_fields import FIELD_PATH_PATTERN
from include.definition.images import (
    ALL_FORM,
    IMAGE_SOURCE_PATTERN,
    LIST_FORM,
    PLATFORM_PATTERN,
)
from include.definition.load_balancer import NAME_PATTERN as BALANCER_PATTERN
from include.definition.model import Definition
from include.definition.parts import CONNECTION_PATTERN, NAME_PATTERN
from include.definition.people import MAIL_PATTERN
from include.definition.target_cluster import CONNECTION_FORM, MAPPING_FORM, VERSION_PATTERN
from include.errors import shorten

YamlPath = tuple[str | int, ...]
PATTERN_HINTS = {
    NAME_PATTERN: "lower-case letters, digits and '-', at most 63, no '-' at the ends",
    CONNECTION_PATTERN: "an Airflow connection id: letters, digits, '_' and '-', first a letter",
    VERSION_PATTERN: "v and two to four numbers, e.g. v1.34 or v1.34.1-r0",
    BALANCER_PATTERN: "letters, digits, '-', '_' and '.', first a letter or digit",
    r"^/\S*$": "a path that begins with '/'",
    r"^https?://[^\s/]+(/\S*)?$": "a URL that begins with http:// or https://",
    r"^([A-Za-z0-9_*-]+\.)+$": "a fully qualified name with its final dot, e.g. shop.example.com.",
    IMAGE_SOURCE_PATTERN: "a registry host, e.g. registry.example.com:5000, or a host and a path below it",
    PLATFORM_PATTERN: "os/architecture, e.g. linux/amd64",
    POINTER_PATTERN: "a JSON pointer, e.g. /spec/replicas, with ~1 for '/' and ~0 for '~' within a name",
    RULE_PATTERN: "lower-case letters, digits, '-' and '_', first a letter",
    MAIL_PATTERN: "an e-mail address, e.g. nights@example.com",
    FIELD_PATH_PATTERN: "field names with '.' between them, '[*]' after a list, e.g. spec.components[*].image",
}

# Parts of pydantic's paths that stand nowhere in the YAML.
NO_PLACES = frozenset({"[key]", CONNECTION_FORM, MAPPING_FORM, ALL_FORM, LIST_FORM})


@dataclass(frozen=True)
class Problem:
    """Say what is wrong at one place of the YAML."""

    path: YamlPath
    text: str

    def rendered(self, line: str) -> str:
        """Return `databases[1].engine: … (line 31)`."""
        place = yaml_path(self.path)
        suffix = f" ({line})" if line else ""
        return f"{place}: {self.text}{suffix}" if place else f"{self.text}{suffix}"


def yaml_path(path: Sequence[str | int]) -> str:
    """Return a path as people write it: `databases[1].engine`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def problems_of(error: ValidationError) -> list[Problem]:
    """Return every finding of a failed validation."""
    return [_problem(finding) for finding in error.errors(include_url=False)]


def _problem(finding: Any) -> Problem:
    path: YamlPath = tuple(part for part in finding["loc"] if part not in NO_PLACES)
    describe = _DESCRIPTIONS.get(finding["type"], _other)
    return Problem(path, describe(finding, path))


def _unknown(_finding: Any, path: YamlPath) -> str:
    allowed = field_names(path[:-1])
    near = difflib.get_close_matches(str(path[-1]), allowed, n=1)
    question = f"; did you mean {near[0]}?" if near else ""
    return f"unknown field{question}  allowed: {', '.join(allowed)}"


def _missing(_finding: Any, path: YamlPath) -> str:
    model = _model_at(path[:-1])
    info = _field(model, str(path[-1])) if model else None
    return f"missing: {info.description}" if info and info.description else "missing"


def _literal(finding: Any, _path: YamlPath) -> str:
    expected = str(finding["ctx"]["expected"])
    allowed = re.findall(r"'([^']*)'", expected) or [expected]
    return f"{_shown(finding['input'])} is not known  allowed: {', '.join(allowed)}"


def _value(finding: Any, _path: YamlPath) -> str:
    return str(finding["ctx"]["error"])


def _pattern(finding: Any, _path: YamlPath) -> str:
    pattern = finding["ctx"]["pattern"]
    return f"{_shown(finding['input'])} does not fit  allowed: {PATTERN_HINTS.get(pattern, pattern)}"


def _bounds(finding: Any, _path: YamlPath) -> str:
    sentence = finding["msg"].removeprefix("Input should be ")
    return f"{_shown(finding['input'])} is out of range  allowed: {sentence}"


def _model_type(_finding: Any, path: YamlPath) -> str:
    return f"must be a mapping  allowed fields: {', '.join(field_names(path))}"


def _other(finding: Any, _path: YamlPath) -> str:
    message = str(finding["msg"])
    return f"{message[0].lower()}{message[1:]}, not {_shown(finding['input'])}"


_DESCRIPTIONS = {
    "extra_forbidden": _unknown,
    "missing": _missing,
    "literal_error": _literal,
    "value_error": _value,
    "string_pattern_mismatch": _pattern,
    "model_type": _model_type,
    "greater_than": _bounds,
    "greater_than_equal": _bounds,
    "less_than": _bounds,
    "less_than_equal": _bounds,
}


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else shorten(repr(value), 80)


def field_names(path: Sequence[str | int]) -> list[str]:
    """Return the field names allowed at a path, as the YAML writes them."""
    model = _model_at(path)
    return [info.alias or name for name, info in model.model_fields.items()] if model else []


def _model_at(path: Sequence[str | int]) -> type[BaseModel] | None:
    current: Any = Definition
    for part in path:
        if isinstance(current, type) and issubclass(current, BaseModel):
            info = _field(current, str(part))
            current = _unwrapped(info.annotation) if info else None
        else:
            arguments = get_args(current)
            current = _unwrapped(arguments[-1]) if arguments else None
    return current if isinstance(current, type) and issubclass(current, BaseModel) else None


def _field(model: type[BaseModel], written: str) -> Any:
    for name, info in model.model_fields.items():
        if written in {name, info.alias}:
            return info
    return None


def _unwrapped(annotation: Any) -> Any:
    """Look through `X | None` and Annotated; of `X | Model` return the model."""
    if get_origin(annotation) is Annotated:
        return _unwrapped(get_args(annotation)[0])
    if get_origin(annotation) in {Union, types.UnionType}:
        options = [_unwrapped(one) for one in get_args(annotation) if one is not type(None)]
        return next(
            (one for one in options if isinstance(one, type) and issubclass(one, BaseModel)), options[0]
        )
    return annotation
