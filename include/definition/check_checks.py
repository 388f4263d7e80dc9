"""Find problems of the functional checks that a single field cannot show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from include.definition.problems import Problem, YamlPath

KINDS = ("http", "sql", "tcp", "job")
# In each of these exactly one of two fields is set.
CHOICES = {
    "sql": ("expect", "same_as_source"),
    "tcp": ("service", "host"),
    "job": ("cron_job", "manifest"),
}
JSON_CHOICE = ("equals", "same_as_source")


def find_check_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is missing, doubled, or names something that is not migrated."""
    checks = document.get("checks")
    for index, row in enumerate(checks if isinstance(checks, list) else []):
        if isinstance(row, Mapping):
            path = ("checks", index)
            yield from _kinds(path, row)
            yield from _choices(path, row)
            yield from _json_values(path, row.get("http"))
            yield from _unknown_database(path, row, document)
            yield from _job(path, row.get("job"), document)


def _kinds(path: YamlPath, row: Mapping[str, Any]) -> Iterator[Problem]:
    given = [kind for kind in KINDS if row.get(kind) is not None]
    if len(given) != 1:
        text = f"has {' and '.join(given)}; make a check of each" if given else "says nothing to check"
        yield Problem(path, f"{text}  allowed: exactly one of {', '.join(KINDS)}")


def _choices(path: YamlPath, row: Mapping[str, Any]) -> Iterator[Problem]:
    for kind, names in CHOICES.items():
        part = row.get(kind)
        if isinstance(part, Mapping):
            yield from _one_of((*path, kind), part, names)


def _json_values(path: YamlPath, http: Any) -> Iterator[Problem]:
    if not isinstance(http, Mapping):
        return
    values = http.get("json")
    for index, value in enumerate(values if isinstance(values, list) else []):
        if isinstance(value, Mapping):
            place = (*path, "http", "json", index)
            yield from _one_of(place, value, JSON_CHOICE)
            if value.get("same_as_source") and http.get("method", "GET") not in {"GET", "HEAD"}:
                text = f"the source is not asked a {http['method']}: it may change something; write equals"
                yield Problem((*place, "same_as_source"), text)


def _one_of(path: YamlPath, part: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[Problem]:
    given = [name for name in names if _is_set(part, name)]
    if len(given) != 1:
        text = f"has {' and '.join(given)}" if given else f"has neither {' nor '.join(names)}"
        yield Problem(path, f"{text}  allowed: exactly one of {', '.join(names)}")


def _is_set(part: Mapping[str, Any], name: str) -> bool:
    value = part.get(name)
    return value is not None and (value is not False or name == "equals")


def _unknown_database(
    path: YamlPath, row: Mapping[str, Any], document: Mapping[str, Any]
) -> Iterator[Problem]:
    name = _at(row, "sql", "database")
    rows = document.get("databases")
    known = [_at(one, "name") for one in (rows if isinstance(rows, list) else [])]
    if isinstance(name, str) and name not in known:
        allowed = ", ".join(one for one in known if isinstance(one, str)) or "none, `databases` is empty"
        text = f"{name!r} is not the name of an entry in databases  allowed: {allowed}"
        yield Problem((*path, "sql", "database"), text)


def _job(path: YamlPath, job: Any, document: Mapping[str, Any]) -> Iterator[Problem]:
    if not isinstance(job, Mapping):
        return
    namespaces = _at(document, "source", "namespaces")
    cron_job, manifest = job.get("cron_job"), job.get("manifest")
    if isinstance(cron_job, str):
        yield from _outside((*path, "job", "cron_job"), cron_job.partition("/")[0], namespaces)
    if isinstance(manifest, Mapping):
        place = (*path, "job", "manifest")
        if (manifest.get("apiVersion"), manifest.get("kind")) != ("batch/v1", "Job"):
            yield Problem(place, "is not the manifest of a Job  allowed: apiVersion batch/v1, kind Job")
        if not isinstance(_at(manifest, "metadata", "name"), str):
            yield Problem((*place, "metadata", "name"), "is missing; name the Job")
        yield from _outside(
            (*place, "metadata", "namespace"), _at(manifest, "metadata", "namespace"), namespaces
        )


def _outside(path: YamlPath, namespace: Any, namespaces: Any) -> Iterator[Problem]:
    if isinstance(namespaces, list) and namespaces and namespace not in namespaces:
        allowed = ", ".join(str(name) for name in namespaces)
        yield Problem(path, f"namespace {namespace!r} is not migrated  allowed: {allowed}")


def _at(node: Any, *path: str) -> Any:
    for part in path:
        node = node.get(part) if isinstance(node, Mapping) else None
    return node
