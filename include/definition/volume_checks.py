"""Find contradictions between what is decided of single volumes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from include.definition.problems import Problem, YamlPath

CHOICES = ("empty", "excluded")


def find_volume_problems(document: Mapping[str, Any]) -> list[Problem]:
    """Return every claim or class that is decided of twice, and every folder or claim that two entries name."""
    volumes = document.get("volumes")
    if not isinstance(volumes, Mapping):
        return []
    return [*_repeated_claims(volumes), *_repeated_folders(volumes)]


def _repeated_claims(volumes: Mapping[str, Any]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for path, name in (*_named(volumes), *_read_from_snapshots(volumes)):
        if name in first:
            yield Problem(path, f"{name!r} stands in volumes.{first[name]} already; remove it from one")
        first.setdefault(name, str(path[1]))


def _named(volumes: Mapping[str, Any]) -> Iterator[tuple[YamlPath, str]]:
    for choice in CHOICES:
        for index, name in _texts(volumes.get(choice)):
            yield ("volumes", choice, index), name


def _read_from_snapshots(volumes: Mapping[str, Any]) -> Iterator[tuple[YamlPath, str]]:
    entries = volumes.get("snapshots")
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        for field in ("claim", "storage_class"):
            if isinstance(entry, Mapping) and isinstance(entry.get(field), str):
                yield ("volumes", "snapshots", index, field), entry[field]


def _repeated_folders(volumes: Mapping[str, Any]) -> Iterator[Problem]:
    first: dict[tuple[str, ...], int] = {}
    entries = volumes.get("host_paths")
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if not isinstance(entry, Mapping):
            continue
        workload, claim = str(entry.get("workload")), str(entry.get("claim"))
        places: list[tuple[tuple[str, ...], str]] = [
            ((workload, str(entry.get("volume"))), "volume"),
            ((workload.partition(" ")[2].partition("/")[0], claim, "claim"), "claim"),
        ]
        for place, field in places:
            path: YamlPath = ("volumes", "host_paths", index, field)
            if place in first:
                yield Problem(
                    path, f"{entry.get(field)!r} is named by host_paths[{first[place]}], too; name another"
                )
            first.setdefault(place, index)


def _texts(node: Any) -> Iterator[tuple[int, str]]:
    for index, value in enumerate(node if isinstance(node, list) else []):
        if isinstance(value, str):
            yield index, value
