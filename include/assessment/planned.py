"""Tell what a plan orders, in the place of what the inventory alone would recommend."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from include.planning.cluster_rows import CLUSTER, NODE_POOL
from include.planning.instance_rows import INSTANCE
from include.planning.model import Plan, PlanItem
from include.planning.summary_target import name_of, specification
from include.provisioning.providing import MAKE
from include.sizing.model import Advice, counted
from include.sizing.shapes import NodeShape

REASON = "ordered when the plan is approved: from the definition, and what it leaves open from what the cloud offers"
TITLES = {"CCE": "CCE Standard", "Turbo": "CCE Turbo"}
# What a row of the plan says anew; other advice of these areas, such as nodes with devices, stays.
ANEW = {
    CLUSTER: ({"cluster", "network"}, frozenset[str]()),
    NODE_POOL: ({"nodes"}, frozenset({"resource"})),
    INSTANCE: ({"databases"}, frozenset[str]()),
}


def planned_advice(plan: Plan, advice: Sequence[Advice]) -> list[Advice]:
    """Return the bill of materials of a plan: in the areas that it makes something in, what it makes."""
    rows = [row for row in plan.items("resource_planning") if row.details.get("provide") == MAKE]
    kinds = {row.details["resource"] for row in rows}
    kept = [one for one in advice if not any(_is_said_by(kind, one) for kind in kinds)]
    made = [said for row in rows for said in _told(row)]
    return sorted([*made, *kept], key=lambda one: _place(one, advice))


def _is_said_by(kind: str, one: Advice) -> bool:
    areas, stays = ANEW.get(kind, (set[str](), frozenset[str]()))
    return one.area in areas and not stays & set(one.figures)


def _told(row: PlanItem) -> Iterator[Advice]:
    tell = _TOLD.get(str(row.details["resource"]))
    return tell(row) if tell else iter(())


def _cluster(row: PlanItem) -> Iterator[Advice]:
    details = row.details
    values = {
        "Type": TITLES[details["category"]],
        "Kubernetes version": details["version"] or "the newest",
        "Masters": details["flavor"],
        "kube-proxy": details["proxy_mode"],
    }
    yield from (Advice("cluster", item, str(value), REASON) for item, value in values.items())
    ranges = {
        "Model": details["mode"],
        "Pods range": details["containers"] or "of the VPC",
        "Services range": details["services"],
    }
    yield from (Advice("network", item, str(value), REASON) for item, value in ranges.items())


def _pool(row: PlanItem) -> Iterator[Advice]:
    details, count = row.details, int(row.details["count"])
    shape = NodeShape(details["vcpus"], details["memory_gib"])
    figures: dict[str, Any] = {
        "pool": details["name"],
        "nodes": count,
        "offered": (shape.allocatable * count).as_dict(),
    }
    value = f"{counted(count, 'node')} of {details['flavor']} ({shape.text}) in {details['zone']}"
    disks = f"a disk of {details['system_disk_gib']} GiB for the system and one of {details['data_disk_gib']} GiB for data each"
    yield Advice("nodes", f"Node pool {details['name']}", value, f"{REASON}; {disks}", figures)


def _instance(row: PlanItem) -> Iterator[Advice]:
    yield Advice("databases", name_of(row), specification(row), REASON)


_TOLD: dict[str, Callable[[PlanItem], Iterator[Advice]]] = {
    CLUSTER: _cluster,
    NODE_POOL: _pool,
    INSTANCE: _instance,
}


def _place(one: Advice, advice: Sequence[Advice]) -> int:
    areas = list(dict.fromkeys(known.area for known in advice))
    return areas.index(one.area) if one.area in areas else len(areas)
