"""Build definitions from the shipped example."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from include.definition import Definition, load_definition

BALANCER = "00000000-0000-4000-8000-000000000020"
ADDRESSES = {"postgresql": "pg.rds.lab:5432", "mariadb": "mariadb.rds.lab:3306"}
LAB_YAML = Path(__file__).resolve().parents[2] / "migrations" / "lab.yaml"


def definition_document() -> dict[str, Any]:
    """Return migrations/lab.yaml as fresh plain data, to be changed at will."""
    return copy.deepcopy(_document())


def definition_text(change: Callable[[dict[str, Any]], object] | None = None) -> str:
    """Return migrations/lab.yaml as text, after a change to its data."""
    document = definition_document()
    if change is not None:
        change(document)
    return yaml.safe_dump(document, sort_keys=False)


def definition(change: Callable[[dict[str, Any]], object] | None = None) -> Definition:
    """Return migrations/lab.yaml as a model, after a change to its data."""
    return load_definition(definition_text(change)) if change else _unchanged().model_copy(deep=True)


@cache
def _document() -> dict[str, Any]:
    """Return the file's data; reading it takes 30 ms, and a thousand tests ask for it."""
    document: dict[str, Any] = yaml.safe_load(LAB_YAML.read_text(encoding="utf-8"))
    _take_existing_services(document)
    # The small inventories of most tests lack these workloads, which would be a blocker.
    document["cutover"].pop("start_early")
    return document


def _take_existing_services(document: dict[str, Any]) -> None:
    """Name servers and a load balancer that exist: tests without a cloud ask for none; `with_services` is for the others.

    Databases are copied by dump: tests that follow them say so.
    """
    for database in document["databases"]:
        database.pop("rds", None)
        database["mode"] = "dump"
        database["address"].setdefault("target", ADDRESSES[database["engine"]])
    document["target"]["load_balancer"] = {"class": "union", "id": BALANCER}
    # What these name is in no inventory of a test that does not make it.
    for choice in ("host_paths", "snapshots"):
        del document["volumes"][choice]


@cache
def _unchanged() -> Definition:
    return load_definition(definition_text())


def target_cluster(**create: Any) -> dict[str, Any]:
    """Return a target cluster that is to be made, everything that can be left out left out; keywords add to `create`."""
    return {
        "connection": "huawei_cloud",
        "name": "shop-target",
        "create": {"vpc": "vpc-1", "subnet": "subnet-1", "nodes": {"ssh_key": "operator"}, **create},
    }


def definition_with_new_cluster(
    change: Callable[[dict[str, Any]], object] = lambda cluster: None,
) -> Definition:
    """Return migrations/lab.yaml with a target cluster that is to be made, after a change to its description."""
    cluster = target_cluster()
    change(cluster)
    return definition(lambda document: document["target"].update(cluster=cluster))


def with_services(document: dict[str, Any]) -> None:
    """Let an RDS instance and a load balancer be made, everything that can be left out left out."""
    place = {"vpc": "vpc-1", "subnet": "subnet-1"}
    first = document["databases"][0]
    first["rds"] = {
        "connection": "huawei_cloud",
        "instance": "shop-db",
        "create": {**place, "security_group": "group-1"},
    }
    first["address"] = {"source": "pg.source.lab:5432"}
    document["target"]["load_balancer"] = {
        "class": "performance",
        "name": "shop-elb",
        "connection": "huawei_cloud",
        "create": {**place, "zones": ["eu-de-01"]},
    }
