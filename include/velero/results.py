"""Read what Velero notes about single objects."""

from __future__ import annotations

import re
from typing import Any, Literal

from include.errors import shorten

# Group, kind, namespace/name.
ObjectId = tuple[str, str, str]
RESTORED = re.compile(r"^(?P<name>.+)\((?P<action>[a-z]+)\)$")


def result_lines(results: dict[str, Any], severity: Literal["errors", "warnings"]) -> list[str]:
    """Return one line per error or warning of a results file."""
    found = results.get(severity) or {}
    lines = [f"Velero: {shorten(text)}" for text in found.get("velero") or []]
    lines += [f"cluster-scoped: {shorten(text)}" for text in found.get("cluster") or []]
    for namespace, texts in sorted((found.get("namespaces") or {}).items()):
        lines += [f"{namespace}: {shorten(text)}" for text in texts]
    return lines


def stored_objects(listed: dict[str, list[str]]) -> set[ObjectId]:
    """Return every object of a backup's resource list.

    :param listed: `{"apps/v1/Deployment": ["shop/web"], …}`; cluster-scoped objects have no namespace.
    """
    return {(*_group_and_kind(title), name) for title, names in listed.items() for name in names}


def restored_actions(listed: dict[str, list[str]]) -> dict[ObjectId, str]:
    """Return for each object created, updated, skipped or failed, of a restore's resource list."""
    found: dict[ObjectId, str] = {}
    for title, entries in listed.items():
        for entry in entries:
            match = RESTORED.match(entry)
            if match:
                found[*_group_and_kind(title), match["name"]] = match["action"]
    return found


def object_id(details: dict[str, Any]) -> ObjectId:
    """Return how a plan row's object is named in these lists."""
    namespace, name = details.get("namespace"), str(details["name"])
    group = str(details["resource"]).partition(".")[2]
    return group, str(details["kind"]), f"{namespace}/{name}" if namespace else name


def _group_and_kind(title: str) -> tuple[str, str]:
    """Take `apps/v1/Deployment` or `v1/Namespace` apart: two groups may have a kind of the same name."""
    group_version, _, kind = title.rpartition("/")
    return group_version.rpartition("/")[0], kind
