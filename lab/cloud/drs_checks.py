"""What DRS takes of an order for a job, and of the servers that one names."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from lab.cloud.calls import document_in
from lab.cloud.refusals import RefusalError, by_drs
from lab.cloud.vpc import BALANCERS, NODES

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{3,49}")
_NETWORKS = ("vpn", "vpc", "eip")
_NODE_TYPES = ("micro", "small", "medium", "high", "xlarge", "2xlarge")
_USES = ("migration", "sync", "cloudDataGuard")
_TASK_TYPES = ("FULL_TRANS", "FULL_INCR_TRANS", "INCR_TRANS")
_NEEDED = ("name", "db_use_type", "engine_type", "job_direction", "net_type", "node_type", "task_type")
_SUBNETS = {NODES.id, BALANCERS.id}
_NOWHERE = UUID(int=0)


def check_order(wanted: dict[str, Any], engines: dict[str, str]) -> None:
    """Refuse an order that DRS would refuse, or that nothing is behind in the lab: only whole copies of these engines.

    Raises:
        RefusalError: what is wrong with it.
    """
    for field in _NEEDED:
        if not isinstance(wanted.get(field), str) or not wanted[field]:
            raise empty(field)
    allowed = {
        "net_type": _NETWORKS,
        "node_type": _NODE_TYPES,
        "db_use_type": _USES,
        "task_type": _TASK_TYPES,
    }
    for field, values in allowed.items():
        if wanted[field] not in values:
            raise invalid(field)
    if not _NAME.fullmatch(wanted["name"]):
        raise invalid("name")
    _check_network(wanted)
    if wanted["engine_type"] not in engines:
        raise invalid("engine_type")
    is_known = (wanted["db_use_type"], wanted["job_direction"], wanted["task_type"]) == (
        "sync",
        "up",
        "FULL_TRANS",
    )
    target = document_in(wanted, "target_endpoint")
    if not is_known or {document_in(wanted, "source_endpoint").get("db_type"), target.get("db_type")} != {
        engines[wanted["engine_type"]]
    }:
        text = "The transfer schema is invalid, please refer to supported transfer schema."
        raise by_drs(400, "M00302", text)
    if not target.get("inst_id"):
        raise by_drs(400, "M06007", "The DB instance cannot be left blank.")


def _check_network(wanted: dict[str, Any]) -> None:
    if wanted["net_type"] == "eip" and wanted.get("bind_eip") is not True:
        raise invalid("bind_eip")
    subnet = str(wanted.get("customize_sutnet_id") or "")
    if not subnet:
        raise empty("customize_sutnet_id")
    # the instances that the lab has from the start lie in no subnet
    if subnet not in _SUBNETS | {str(_NOWHERE)}:
        raise invalid("customize_sutnet_id")


def empty(field: str) -> RefusalError:
    """Return the refusal of a field that is missing."""
    return by_drs(400, "M00201", f"The parameter {field} is empty.")


def invalid(field: str) -> RefusalError:
    """Return the refusal of a field that is wrong."""
    return by_drs(400, "M00202", f"The value of parameter {field} is invalid.")


def wrong_state() -> RefusalError:
    """Return the refusal of what a job's state does not allow."""
    return by_drs(400, "M00304", "This API cannot be called in the current task status.")


def missing() -> RefusalError:
    """Return the refusal of a job that is not there."""
    return by_drs(400, "M05003", "Task information not found.")
