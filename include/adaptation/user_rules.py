"""Run the rules that a definition brings along: JSON patches (RFC 6902) with a selector."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from include.definition import Definition, PatchOperation, UserRule
from include.errors import PermanentError
from include.inventory.model import label

if TYPE_CHECKING:
    from include.adaptation.context import AdaptationContext

Manifest = dict[str, Any]
MISSING = object()


@dataclass
class PatchRule:
    """Be a rule of the definition, as the pipeline runs it."""

    rule: UserRule
    REASON: str
    SOURCE: str

    def applies_to(self, obj: Manifest) -> bool:
        """Say whether the selector fits."""
        selector, metadata = self.rule.selector, obj.get("metadata", {})
        labels = metadata.get("labels") or {}
        return (
            obj.get("kind") == selector.kind
            and selector.api_version in {None, obj.get("apiVersion")}
            and fnmatchcase(str(metadata.get("namespace") or ""), selector.namespace)
            and fnmatchcase(str(metadata.get("name", "")), selector.name)
            and selector.labels.items() <= labels.items()
        )

    def apply(self, obj: Manifest, context: AdaptationContext) -> Manifest:
        """Return the patched object; unchanged when a `test` of the patch fails: it is a further condition.

        :raises PermanentError: when an operation does not fit the object.
        """
        patched = copy.deepcopy(obj)
        for index, operation in enumerate(self.rule.patch):
            if operation.op == "test":
                if _value_at(patched, operation.path) != operation.value:
                    return obj
            elif not _is_done(patched, operation):
                patched = self._operate(patched, operation, index, label(obj))
        return patched

    def _operate(self, obj: Manifest, operation: PatchOperation, index: int, name: str) -> Manifest:
        from jsonpatch import JsonPatch, JsonPatchException
        from jsonpointer import JsonPointerException

        if operation.op == "add":
            _make_parents(obj, operation.path)
        written = operation.model_dump(include={"op", "path"} | ({"value"} - {operation.op}))
        try:
            return dict(JsonPatch([written]).apply(obj))
        except (JsonPatchException, JsonPointerException) as error:
            raise PermanentError(
                f"{name}, source cluster: patch[{index}] of the adaptation rule {self.rule.name} does not fit "
                f"({operation.op} {operation.path}: {error}); narrow its selector, or put a `test` before it"
            ) from error


def user_rules(definition: Definition) -> dict[str, PatchRule]:
    """Return the definition's own rules by name, in their order."""
    return {
        rule.name: PatchRule(rule, rule.reason, f"adaptation.rules[{index}] of the definition")
        for index, rule in enumerate(definition.adaptation.rules)
    }


def _is_done(obj: Manifest, operation: PatchOperation) -> bool:
    """Say whether nothing is left to do: what is to go is not there, or a list has what is to be added to it."""
    parent = operation.path.rpartition("/")[0]
    if operation.op == "remove":
        return _value_at(obj, operation.path) is MISSING
    entries = _value_at(obj, parent) if parent else obj
    if operation.op == "add" and isinstance(entries, list):
        return operation.value in entries
    return False


def _value_at(obj: Manifest, path: str) -> Any:
    from jsonpointer import JsonPointer, JsonPointerException

    try:
        return JsonPointer(path).resolve(obj)
    except JsonPointerException:
        return MISSING


def _make_parents(obj: Manifest, path: str) -> None:
    """Make the mappings above a path that are not there: few objects have e.g. annotations to begin with."""
    from jsonpointer import JsonPointer

    node: Any = obj
    parts = JsonPointer(path).parts
    for part, following in pairwise(parts):
        if not isinstance(node, dict):
            return
        if node.get(part) is None:
            node[part] = [] if following == "-" else {}
        node = node[part]
