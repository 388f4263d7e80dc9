"""List the differences of two objects, each with its path."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from include.errors import shorten

VALUE_LIMIT = 120
# Their values may be confidential: differences name the path alone.
CONFIDENTIAL_KINDS = frozenset({"Secret", "ConfigMap"})
# So may what containers are started with: people write passwords there.
CONFIDENTIAL_FIELDS = frozenset({"env", "args", "command"})
CONFIDENTIAL_PATH = re.compile(r"\.(?:env|args|command)(?:\[\d+\])?(?:\.value)?$")
HIDDEN = "…"


@dataclass(frozen=True)
class Difference:
    """Hold one unequal place; a value that is not there is None."""

    path: str
    expected: Any
    actual: Any

    def text(self, *, with_values: bool) -> str:
        """Return e.g. `spec.replicas: expected 2, found 1`."""
        if not self._may_show(with_values=with_values):
            return f"{self.path}: differs"
        return f"{self.path}: expected {_value(self.expected)}, found {_value(self.actual)}"

    def change_text(self, *, with_values: bool) -> str:
        """Return the difference of a former and a present state, e.g. `spec.replicas: was 2, is 1`."""
        if not self._may_show(with_values=with_values):
            return f"{self.path}: changed"
        return f"{self.path}: was {_value(self.expected)}, is {_value(self.actual)}"

    def _may_show(self, *, with_values: bool) -> bool:
        return with_values and not CONFIDENTIAL_PATH.search(self.path)


def compare(expected: Any, actual: Any, path: str = "") -> Iterator[Difference]:
    """Yield every place where the target differs from what is expected there."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for name in sorted(expected.keys() | actual.keys()):
            yield from compare(expected.get(name), actual.get(name), f"{path}.{name}".lstrip("."))
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for index, (one, other) in enumerate(zip(expected, actual, strict=True)):
            yield from compare(one, other, f"{path}[{index}]")
    elif expected != actual:
        yield Difference(path, expected, actual)


def fingerprint(obj: Any) -> str:
    """Return a hash of an object that does not depend on the order of its keys."""
    return hashlib.sha256(json.dumps(obj, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _value(value: Any) -> str:
    return (
        "nothing"
        if value is None
        else shorten(json.dumps(_shown(value), ensure_ascii=False, sort_keys=True), VALUE_LIMIT)
    )


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: HIDDEN if name in CONFIDENTIAL_FIELDS else _shown(inner) for name, inner in value.items()
        }
    return [_shown(inner) for inner in value] if isinstance(value, list) else value
