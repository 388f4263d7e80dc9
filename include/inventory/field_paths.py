"""Follow a path of field names through an object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from include.inventory.pod_specs import api_group

if TYPE_CHECKING:
    from include.definition.custom_fields import CustomField

# Mapping or list, key or index, value.
Place = tuple[Any, Any, Any]


def custom_values(obj: dict[str, Any], fields: Sequence[CustomField]) -> Iterator[Place]:
    """Yield where a custom resource has what the definition names, not copies."""
    for field in fields:
        if (field.kind, field.group) == (obj.get("kind"), api_group(obj)):
            yield from places(obj, field.steps)


def places(node: Any, steps: Sequence[str]) -> Iterator[Place]:
    """Yield where a path leads; `*` among its steps stands for every entry of a list."""
    step, rest = steps[0], steps[1:]
    found: list[tuple[Any, Any]] = []
    if step == "*" and isinstance(node, list):
        found = list(enumerate(node))
    elif isinstance(node, dict) and step in node:
        found = [(step, node[step])]
    for key, value in found:
        if rest:
            yield from places(value, rest)
        else:
            yield node, key, value
