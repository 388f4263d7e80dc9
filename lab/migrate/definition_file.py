"""Look at a definition before anything starts: is there a file, and do its connections all lead into the lab?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lab import paths

_MIGRATIONS = paths.ROOT / "migrations"


class DefinitionMissingError(Exception):
    """There is no such file; the text says which there are."""


@dataclass(frozen=True)
class DefinitionFile:
    """A definition: its path, its name if it lies in `migrations/`, and the connections it names."""

    path: Path
    name: str
    connections: frozenset[str]

    def is_in_the_lab(self, lab_connections: set[str]) -> bool:
        """Say whether it names connections, and only those that the lab itself made."""
        return bool(self.connections) and self.connections <= lab_connections


def find_definition(text: str) -> DefinitionFile:
    """Return the definition at a path, or of a name in `migrations/`.

    Raises:
        DefinitionMissingError: it is not there, or it is no file.
    """
    given = Path(text)
    named = _MIGRATIONS / f"{text}.yaml"
    path = named if not given.suffix and not given.is_file() and named.is_file() else given
    if not path.is_file():
        there = ", ".join(str(file.relative_to(paths.ROOT)) for file in sorted(_MIGRATIONS.glob("*.yaml")))
        what = "is a folder" if path.is_dir() else "does not exist"
        raise DefinitionMissingError(f"The definition {text} {what}. There are: {there}.")
    resolved = Path(os.path.abspath(path))
    is_named = resolved.parent == _MIGRATIONS and resolved.suffix == ".yaml"
    return DefinitionFile(
        path=resolved,
        name=resolved.stem if is_named else "",
        connections=frozenset(_connections(_document(resolved))),
    )


def _document(path: Path) -> dict[str, Any]:
    """Return the file's content, or nothing if it is no YAML: the run's first task says all that is wrong with it."""
    try:
        document = yaml.safe_load(path.read_text())
    except (yaml.YAMLError, UnicodeDecodeError):
        return {}
    return document if isinstance(document, dict) else {}


def _connections(document: dict[str, Any]) -> Iterator[str]:
    for side in ("source", "target"):
        yield from _texts(_mapping(document.get(side)).get("cluster"))
    yield from _texts(list(_mapping(_mapping(document.get("images")).get("sources")).values()))
    for database in document.get("databases") or []:
        yield from _texts([_mapping(database).get("source"), _mapping(database).get("target")])
    yield from _texts(_mapping(document.get("volumes")).get("repository"))
    yield from _named_connection(document)


def _named_connection(node: Any) -> Iterator[str]:
    """Yield what stands under every `connection`, wherever it is."""
    if isinstance(node, dict):
        yield from _texts(node.get("connection"))
        for value in node.values():
            yield from _named_connection(value)
    elif isinstance(node, list):
        for value in node:
            yield from _named_connection(value)


def _mapping(node: Any) -> dict[str, Any]:
    return node if isinstance(node, dict) else {}


def _texts(node: Any) -> Iterator[str]:
    for value in node if isinstance(node, list) else [node]:
        if isinstance(value, str):
            yield value
