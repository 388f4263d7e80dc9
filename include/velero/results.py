"""Read what Velero notes about single objects."""

from __future__ import annotations

import re
from typing import Any, Literal

from include.errors import shorten

RESTORED = re.compile(r"^(?P<name>.+)\((?P<action>[a-z]+)\)$")


def result_lines(results: dict[str, Any], severity: Literal["errors", "warnings"]) -> list[str]:
    """Return one line per error or warning of a results file."""
    found = results.get(severity) or {}
    lines = [f"Velero: {shorten(text)}" for text in found.get("velero") or []]
    lines += [f"cluster-scoped: {shorten(text)}" for text in found.get("cluster") or []]
    for namespace, texts in sorted((found.get("namespaces") or {}).items()):
        lines += [f"{namespace}: {shorten(text)}" for text in texts]
    return lines


def restored_actions(listed: dict[str, list[str]]) -> dict[tuple[str, str], str]:
    """Return (kind, namespace/name) -> created, updated, skipped or failed, of a restore's resource list."""
    found: dict[tuple[str, str], str] = {}
    for group_kind, entries in listed.items():
        kind = group_kind.rpartition("/")[2]
        for entry in entries:
            match = RESTORED.match(entry)
            if match:
                found[kind, match["name"]] = match["action"]
    return found
