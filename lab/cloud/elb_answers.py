"""What all parts of ELB answer alike: filters, pages, refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.cloud.calls import Answer, Call
from lab.cloud.refusals import RefusalError, by_elb

MOST_IN_A_PAGE = 2000
BALANCERS = "loadbalancers"
LISTENERS, POOLS, MEMBERS, MONITORS = "elb-listeners", "elb-pools", "elb-members", "elb-monitors"
POLICIES = "elb-policies"


def listed(call: Call, name: str, documents: list[dict[str, Any]]) -> Answer:
    """Return the page of those that fit; a filter that is repeated asks for any of its values."""
    limit = call.number("limit", MOST_IN_A_PAGE)
    if limit is None or limit > MOST_IN_A_PAGE:
        raise invalid("limit")
    found = [one for one in documents if fits(call, one)]
    keys = [one["id"] for one in found]
    marker = call.first("marker")
    start = keys.index(marker) + 1 if marker in keys else 0
    page = found[start : start + limit]
    info: dict[str, Any] = {"previous_marker": page[0]["id"] if page else None, "current_count": len(page)}
    if found[start + limit :]:
        info["next_marker"] = page[-1]["id"]
    return Answer({name: page, "page_info": info, "request_id": ""})


def fits(call: Call, document: dict[str, Any]) -> bool:
    """Say whether a document has one of the values that each filter asks for."""
    return all(_has(document, key, [value.lower() for value in values]) for key, values in call.query.items())


def _has(document: dict[str, Any], key: str, values: list[str]) -> bool:
    if key == "loadbalancer_id" and "loadbalancers" in document:
        return any(one["id"].lower() in values for one in document["loadbalancers"])
    if key not in document or isinstance(document[key], list):
        return True
    return str(document[key]).lower() in values


def need(known: Mapping[str, dict[str, Any]], kind: str, key: str) -> dict[str, Any]:
    """Return a thing by its id.

    Raises:
        RefusalError: there is none.
    """
    if key not in known:
        raise missing(kind, key)
    return known[key]


def missing(kind: str, key: str) -> RefusalError:
    """Return the refusal of what is not there."""
    return by_elb(404, "8904", f"{kind} {key} could not be found.")


def invalid(name: str) -> RefusalError:
    """Return the refusal of a field."""
    return by_elb(400, "8902", f"Invalid input for '{name}'.")


def in_use(kind: str, key: str, by: str) -> RefusalError:
    """Return the refusal of what something else depends on, or would be twice; its code is not confirmed."""
    return by_elb(409, "8907", f"{kind} {key} conflicts with {by}.")
