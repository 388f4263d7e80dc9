"""Find problems between the fields of RDS instances and of the load balancer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from include.definition.problems import Problem, YamlPath

BALANCER: YamlPath = ("target", "load_balancer")
SHARED = ("engine", "target")


def find_service_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what no single field of `databases[].rds` and `target.load_balancer` can show."""
    yield from _instances(document)
    yield from _balancer(document)


def _instances(document: Mapping[str, Any]) -> Iterator[Problem]:
    listed = document.get("databases")
    databases: list[Any] = listed if isinstance(listed, list) else []
    first: dict[tuple[str, str], int] = {}
    for index, row in enumerate(databases):
        if not isinstance(row, Mapping):
            continue
        rds = row.get("rds")
        yield from _address(row, index)
        yield from _definers(row, index)
        if not isinstance(rds, Mapping):
            continue
        yield from _zones(rds.get("create"), index)
        place = (str(rds.get("connection")), str(rds.get("instance")))
        earlier = first.setdefault(place, index)
        if earlier != index:
            yield from _sharing(databases[earlier], row, (earlier, index))


def _address(row: Mapping[str, Any], index: int) -> Iterator[Problem]:
    address = row.get("address")
    if isinstance(address, Mapping) and address.get("target") is None and not row.get("rds"):
        text = "missing: what the applications use after the migration; only an RDS instance is asked for it"
        yield Problem(("databases", index, "address", "target"), text)


def _definers(row: Mapping[str, Any], index: int) -> Iterator[Problem]:
    if row.get("definers") == "target_user" and row.get("engine") == "postgresql":
        text = "'target_user' is for mariadb: in PostgreSQL owners take the place of definers  allowed: keep"
        yield Problem(("databases", index, "definers"), text)


def _zones(create: Any, index: int) -> Iterator[Problem]:
    zones = create.get("zones") if isinstance(create, Mapping) else None
    if isinstance(zones, list) and len(zones) != (2 if create.get("high_availability") else 1):
        text = "has one zone without a standby (high_availability), and two with one"
        yield Problem(("databases", index, "rds", "create", "zones"), text)


def _sharing(
    earlier: Mapping[str, Any], later: Mapping[str, Any], indexes: tuple[int, int]
) -> Iterator[Problem]:
    first, index = indexes
    for field in SHARED:
        if earlier.get(field) != later.get(field):
            text = f"differs from that of databases[{first}], which shares the RDS instance"
            yield Problem(("databases", index, field), text)
    described = [row["rds"].get("create") for row in (earlier, later)]
    if None not in described and described[0] != described[1]:
        text = (
            f"differs from that of databases[{first}], which shares the RDS instance; say it at one of them"
        )
        yield Problem(("databases", index, "rds", "create"), text)


def _balancer(document: Mapping[str, Any]) -> Iterator[Problem]:
    target = document.get("target")
    balancer = target.get("load_balancer") if isinstance(target, Mapping) else None
    if not isinstance(target, Mapping) or not isinstance(balancer, Mapping):
        return
    given = [field for field in ("id", "name") if balancer.get(field) is not None]
    if len(given) != 1:
        text = "has both id and name" if given else "names no ELB"
        yield Problem(BALANCER, f"{text}  allowed: exactly one of id, name")
    for field in ("connection", "create"):
        if balancer.get(field) is not None and "name" not in given:
            yield Problem((*BALANCER, field), "is only for an ELB that is given by its name")
    if "name" in given and not balancer.get("connection") and not isinstance(target.get("cluster"), Mapping):
        text = "an ELB by its name needs connection: target.cluster names no connection of the cloud"
        yield Problem(BALANCER, text)
