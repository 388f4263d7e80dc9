"""Describe the difference of two objects as a JSON merge patch (RFC 7386)."""

from __future__ import annotations

import copy
from typing import Any


def merge_patch(original: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
    """Return the patch that makes `changed` of `original`; lists are replaced whole, null removes."""
    patch: dict[str, Any] = {name: None for name in original if name not in changed}
    for name, value in changed.items():
        if name not in original:
            patch[name] = copy.deepcopy(value)
        elif isinstance(value, dict) and isinstance(original[name], dict):
            inner = merge_patch(original[name], value)
            if inner:
                patch[name] = inner
        elif value != original[name]:
            patch[name] = copy.deepcopy(value)
    return patch


def apply_merge_patch(original: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """Return the patched object; the given one stays as it is."""
    result = dict(original)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            inner = result.get(name)
            result[name] = apply_merge_patch(inner if isinstance(inner, dict) else {}, value)
        else:
            result[name] = copy.deepcopy(value)
    return result


def combined_patch(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Return the patch that does what two do one after the other; the first may remove nothing that the second adds to."""
    both = dict(first)
    for name, value in second.items():
        inner = first.get(name)
        if isinstance(inner, dict) and isinstance(value, dict):
            both[name] = combined_patch(inner, value)
        else:
            both[name] = value
    return both
