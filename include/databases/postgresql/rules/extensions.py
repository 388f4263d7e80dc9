"""Extensions: the target has to offer each, in no lower version, to an administrator who is no superuser."""

from __future__ import annotations

import re
from collections.abc import Iterator

from include.databases.obstacles import Obstacle
from include.databases.postgresql.rules.sides import Sides, named
from include.databases.postgresql.session import rows

INSTALLED = "select extname, extversion from pg_extension order by 1"
# Servers before 13 know no trusted extensions: there only superusers make any but the procedural language.
OFFERED = """select e.name, e.default_version, coalesce((to_jsonb(v) ->> 'trusted')::boolean, false) or not v.superuser
    from pg_available_extensions e join pg_available_extension_versions v on v.name = e.name and v.version = e.default_version"""


def missing_extensions(sides: Sides) -> Iterator[Obstacle]:
    """Yield extensions that the target does not have."""
    offered = {str(name) for name, _, _ in rows(sides.target, OFFERED)}
    missing = [str(name) for name, _ in rows(sides.source, INSTALLED) if name not in offered]
    if missing:
        yield (
            "blocker",
            f"uses extensions that the target does not offer: {named(missing)}",
            "order a server that has them (see its list of supported plugins), or drop them on the source",
        )


def lower_extensions(sides: Sides) -> Iterator[Obstacle]:
    """Yield extensions that would be made in a lower version than the source's."""
    offered = {str(name): str(version) for name, version, _ in rows(sides.target, OFFERED)}
    lower = [
        f"{name} {offered[name]} (source {version})"
        for name, version in rows(sides.source, INSTALLED)
        if name in offered and _numbers(offered[name]) < _numbers(version)
    ]
    if lower:
        yield (
            "warning",
            f"uses extensions of which the target has a lower version: {named(lower)}",
            "check that nothing uses what is newer in them, or order a newer server",
        )


def untrusted_extensions(sides: Sides) -> Iterator[Obstacle]:
    """Yield extensions that by PostgreSQL's own rules only a superuser makes."""
    allowed = {str(name) for name, _, is_allowed in rows(sides.target, OFFERED) if is_allowed}
    offered = {str(name) for name, _, _ in rows(sides.target, OFFERED)}
    refused = [
        str(name)
        for name, _ in rows(sides.source, INSTALLED)
        if name in offered - allowed and name != "plpgsql"
    ]
    if sides.is_managed and refused:
        yield (
            "warning",
            f"uses extensions that only a superuser makes: {named(refused)}; the copy fails at them unless the cloud lets "
            f"{sides.target.info.user} make them",
            "ask the cloud's list of supported plugins, or drop them on the source",
        )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", str(version)))
