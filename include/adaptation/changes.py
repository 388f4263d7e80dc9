"""Tell what a rule changed in an object, place by place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Values there may be confidential: people write passwords into them. A change names the place alone.
CONFIDENTIAL_KINDS = frozenset({"Secret", "ConfigMap"})
CONFIDENTIAL_DATA = re.compile(r"^(?:data|binaryData|stringData)\b")
CONFIDENTIAL_PATH = re.compile(r"\.(?:env|args|command)(?:\[|$)")
HIDDEN = "(not shown: may be confidential)"
PLAIN_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]*")


@dataclass(frozen=True)
class Change:
    """Hold what one rule changed at one place; a value that is not there is None.

    Of lists without names `before` holds the entries that went and `after` those that came.

    :param path: e.g. `spec.template.spec.containers[web].image`.
    """

    rule: str
    path: str
    before: Any
    after: Any

    def document(self, kind: str) -> dict[str, Any]:
        """Return the change for the ledger, without values that may be confidential in an object of this kind."""
        is_hidden = CONFIDENTIAL_PATH.search(self.path) or (
            kind in CONFIDENTIAL_KINDS and CONFIDENTIAL_DATA.match(self.path)
        )
        before, after = (_hidden(value) if is_hidden else value for value in (self.before, self.after))
        return {"rule": self.rule, "path": self.path, "before": before, "after": after}

    def contradicts(self, later: Change) -> bool:
        """Say whether a later change of the same place undoes this one."""
        if isinstance(self.after, list) and isinstance(later.before, list):
            return any(entry in later.before for entry in self.after)
        return bool(self.after != later.after)


def changes_of(rule: str, before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """Return every place at which a rule changed an object."""
    return [Change(rule, path, one, other) for path, one, other in _differences(before, after, "")]


def _differences(before: Any, after: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    children = _children(before, after)
    if children is not None:
        one, other = children
        for name in dict.fromkeys([*one, *other]):
            place = _joined(path, name, is_entry=isinstance(before, list))
            yield from _differences(one.get(name), other.get(name), place)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _differences(old, new, f"{path}[{index}]")
    elif isinstance(before, list) and isinstance(after, list):
        gone = [entry for entry in before if entry not in after]
        yield path, gone, [entry for entry in after if entry not in before]
    elif before != after:
        yield path, before, after


def _children(before: Any, after: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return both sides by name where they can be compared part by part; a mapping beside nothing can."""
    one, other = _by_name(before), _by_name(after)
    if one is not None and other is not None and isinstance(before, list) == isinstance(after, list):
        return one, other
    if before is None and isinstance(after, dict) and after:
        return {}, after
    if after is None and isinstance(before, dict) and before:
        return before, {}
    return None


def _by_name(value: Any) -> dict[str, Any] | None:
    """Return a mapping, or a list whose entries have names of their own; None for anything else."""
    if not isinstance(value, list):
        return value if isinstance(value, dict) else None
    names = [entry.get("name") if isinstance(entry, dict) else None for entry in value]
    has_names = all(isinstance(name, str) for name in names) and len(set(names)) == len(names)
    return {str(name): entry for name, entry in zip(names, value, strict=True)} if has_names else None


def _joined(path: str, name: str, *, is_entry: bool) -> str:
    if is_entry or not PLAIN_NAME.fullmatch(name):
        return f"{path}[{name}]"
    return f"{path}.{name}" if path else name


def _hidden(value: Any) -> str | None:
    return None if value is None else HIDDEN
