"""Find problems between fields. Works on the raw document, so that they show beside all other problems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from include.definition.adaptation_checks import find_adaptation_problems
from include.definition.check_checks import find_check_problems
from include.definition.front_door_checks import find_front_door_problems
from include.definition.managed_checks import find_managed_problems
from include.definition.people_checks import find_notification_problems
from include.definition.problems import Problem, YamlPath, yaml_path
from include.definition.service_checks import find_service_problems
from include.definition.target_checks import find_target_problems
from include.definition.volume_checks import find_volume_problems


def find_cross_problems(document: Mapping[str, Any]) -> list[Problem]:
    """Return every problem that a single field cannot show."""
    return [
        *_repeated_names(document),
        *_repeated_namespaces(document),
        *_same_cluster(document),
        *_same_database_server(document),
        *_shared_databases(document),
        *_follow_without_mode(document),
        *_same_bucket(document),
        *_shared_buckets(document),
        *_front_door_outside(document),
        *find_front_door_problems(document),
        *_placeholder(document),
        *_hooks_outside(document),
        *find_check_problems(document),
        *find_target_problems(document),
        *find_service_problems(document),
        *find_managed_problems(document),
        *find_volume_problems(document),
        *find_adaptation_problems(document),
        *find_notification_problems(document),
    ]


def _repeated_names(document: Mapping[str, Any]) -> Iterator[Problem]:
    for section in ("databases", "buckets", "hooks", "checks"):
        first: dict[str, int] = {}
        for index, row in _rows(document, section):
            name = row.get("name")
            if not isinstance(name, str):
                continue
            if name in first:
                text = f"{name!r} is the name of {section}[{first[name]}], too; names must differ"
                yield Problem((section, index, "name"), text)
            first.setdefault(name, index)


def _repeated_namespaces(document: Mapping[str, Any]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, name in enumerate(_list(_at(document, "source", "namespaces"))):
        if isinstance(name, str):
            if name in first:
                yield Problem(
                    ("source", "namespaces", index), f"{name!r} stands at [{first[name]}] already; remove it"
                )
            first.setdefault(name, index)


def _same_cluster(document: Mapping[str, Any]) -> Iterator[Problem]:
    source, target = _at(document, "source", "cluster"), _at(document, "target", "cluster")
    if isinstance(source, str) and source == target:
        yield Problem(
            ("target", "cluster"),
            f"{target!r} is the source's connection, too; a cluster cannot move into itself",
        )


def _same_database_server(document: Mapping[str, Any]) -> Iterator[Problem]:
    for index, row in _rows(document, "databases"):
        if isinstance(row.get("source"), str) and row.get("source") == row.get("target"):
            text = f"{row['target']!r} is the source's connection, too; a database cannot move onto itself"
            yield Problem(("databases", index, "target"), text)


def _shared_databases(document: Mapping[str, Any]) -> Iterator[Problem]:
    """A copy makes its target anew: another entry's copy, or its source, would be lost."""
    rows = list(_rows(document, "databases"))
    sources = {_place(row, "source", "database"): index for index, row in rows}
    targets: dict[tuple[str, str], int] = {}
    for index, row in rows:
        place = _place(row, "target", "database")
        if sources.get(place, index) != index:
            text = f"database {place[1]!r} there is the source of databases[{sources[place]}]; name another server"
            yield Problem(("databases", index, "target"), text)
        if place in targets:
            text = f"database {place[1]!r} there is the target of databases[{targets[place]}], too; name another server"
            yield Problem(("databases", index, "target"), text)
        targets.setdefault(place, index)


def _follow_without_mode(document: Mapping[str, Any]) -> Iterator[Problem]:
    for index, row in _rows(document, "databases"):
        if row.get("follow") is not None and row.get("mode", "dump") != "follow":
            text = "limits mode `follow`, and the mode is another; set mode to follow, or remove it"
            yield Problem(("databases", index, "follow"), text)


def _place(row: Mapping[str, Any], connection: str, name: str) -> tuple[str, str]:
    return str(row.get(connection)), str(row.get(name))


def _same_bucket(document: Mapping[str, Any]) -> Iterator[Problem]:
    for index, row in _rows(document, "buckets"):
        source, target = row.get("source"), row.get("target")
        if isinstance(source, Mapping) and source and source == target:
            yield Problem(("buckets", index, "target"), "is the source bucket itself; name another")


def _shared_buckets(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Two writers in one bucket would delete or encrypt each other's objects."""
    places: list[tuple[YamlPath, Any]] = [
        (("buckets", index, "target"), row.get("target")) for index, row in _rows(document, "buckets")
    ]
    places += [((section,), document.get(section)) for section in ("velero", "volumes")]
    sources = {
        _place(row["source"], "connection", "bucket"): index
        for index, row in _rows(document, "buckets")
        if isinstance(row.get("source"), Mapping)
    }
    first: dict[tuple[str, str], YamlPath] = {}
    for path, end in places:
        if not isinstance(end, Mapping):
            continue
        place = _place(end, "connection", "bucket")
        if place in sources and path != ("buckets", sources[place], "target"):
            text = f"{place[1]!r} is the source of buckets[{sources[place]}]; name another"
            yield Problem((*path, "bucket"), text)
        if place in first:
            text = f"{place[1]!r} is used by {yaml_path(first[place])}, too; each needs a bucket of its own"
            yield Problem((*path, "bucket"), text)
        first.setdefault(place, path)


def _front_door_outside(document: Mapping[str, Any]) -> Iterator[Problem]:
    service, namespaces = _at(document, "front_door", "service"), _list(_at(document, "source", "namespaces"))
    if isinstance(service, str) and "/" in service and namespaces:
        namespace = service.partition("/")[0]
        if namespace not in namespaces:
            allowed = ", ".join(str(name) for name in namespaces)
            text = f"namespace {namespace!r} is not migrated  allowed: {allowed}"
            yield Problem(("front_door", "service"), text)


def _hooks_outside(document: Mapping[str, Any]) -> Iterator[Problem]:
    namespaces = _list(_at(document, "source", "namespaces"))
    for index, row in _rows(document, "hooks"):
        namespace = str(row.get("workload")).partition(" ")[2].partition("/")[0]
        if namespace and namespaces and namespace not in namespaces:
            allowed = ", ".join(str(name) for name in namespaces)
            text = f"namespace {namespace!r} is not migrated  allowed: {allowed}"
            yield Problem(("hooks", index, "workload"), text)


def _placeholder(document: Mapping[str, Any]) -> Iterator[Problem]:
    path = _at(document, "front_door", "probe", "written", "path")
    if isinstance(path, str) and "{client}" not in path:
        text = "lacks {client}, by which the probe asks for its own writes only"
        yield Problem(("front_door", "probe", "written", "path"), text)


def _rows(document: Mapping[str, Any], section: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for index, row in enumerate(_list(document.get(section))):
        if isinstance(row, Mapping):
            yield index, row


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _at(node: Any, *path: str) -> Any:
    for part in path:
        node = node.get(part) if isinstance(node, Mapping) else None
    return node
