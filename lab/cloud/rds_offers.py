"""What RDS offers of an engine, and whether an order for an instance is one that it takes."""

from __future__ import annotations

import re
import uuid
from typing import Any

from lab.addresses import ZONES
from lab.cloud.calls import document_in
from lab.cloud.refusals import by_rds

_NAMES = {"PostgreSQL": "pg", "MariaDB": "mariadb", "MySQL": "mysql"}
_SIZES = {"medium": (1, 2), "large": (2, 4), "xlarge": (4, 8), "2xlarge": (8, 16), "4xlarge": (16, 32)}
_STORAGE = ("CLOUDSSD", "ESSD", "ULTRAHIGH", "HIGH", "COMMON")
_SMALLEST_GB, _LARGEST_GB, _STEP_GB = 40, 4000, 10
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{3,63}")
_PASSWORD = re.compile(r"[A-Za-z0-9~!@#$%^*\-_=+?,]{8,32}")
_KINDS_OF_CHARACTERS = ("[a-z]", "[A-Z]", "[0-9]", "[^A-Za-z0-9]")
_FEWEST_KINDS = 3


def flavors(engine: str, version: str) -> list[dict[str, Any]]:
    """Return the flavors of an engine: a single one and one with a standby of each size."""
    return [_flavor(engine, version, size, mode) for size in _SIZES for mode in ("single", "ha")]


def _flavor(engine: str, version: str, size: str, mode: str) -> dict[str, Any]:
    code = f"rds.{_NAMES[engine]}.c2.{size}{'.ha' if mode == 'ha' else ''}"
    cpus, memory = _SIZES[size]
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_DNS, code)),
        "vcpus": str(cpus),
        "ram": memory,
        "spec_code": code,
        "instance_mode": mode,
        "az_status": dict.fromkeys(ZONES, "normal"),
        "az_desc": {zone: zone for zone in ZONES},
        "version_name": [version],
        "group_type": "normal",
    }


def storage_types() -> list[dict[str, Any]]:
    """Return the types of storage, each with its state in each zone."""
    zones = dict.fromkeys(ZONES, "normal")
    return [{"name": name, "az_status": zones, "support_compute_group_type": ["normal"]} for name in _STORAGE]


def check_order(wanted: dict[str, Any], engine: str, version: str) -> None:
    """Refuse an order that RDS would refuse.

    Raises:
        RefusalError: what is wrong with it.
    """
    if str(document_in(wanted, "datastore").get("version", "")) != version:
        raise by_rds(400, "200041", "Invalid database version.")
    if wanted.get("flavor_ref") not in [offer["spec_code"] for offer in flavors(engine, version)]:
        raise by_rds(400, "200053", "The selected specifications do not exist.")
    _check_storage(document_in(wanted, "volume"))
    zones = str(wanted.get("availability_zone", "")).split(",")
    is_ha = "ha" in wanted
    if set(zones) - set(ZONES) or len(zones) != (2 if is_ha else 1):
        raise by_rds(400, "200025", "Invalid AZ.")
    if is_ha != str(wanted["flavor_ref"]).endswith(".ha"):
        raise by_rds(400, "200053", "The selected specifications do not exist.")
    if not is_strong(str(wanted.get("password", ""))):
        raise by_rds(400, "200052", "Invalid database root password.")
    if not _NAME.fullmatch(str(wanted.get("name", ""))):
        raise by_rds(400, "200001", "Parameter error.")
    if not all(wanted.get(name) for name in ("vpc_id", "subnet_id", "security_group_id")):
        raise by_rds(400, "200001", "Parameter error.")


def is_strong(password: str) -> bool:
    """Say whether RDS takes a password: 8 to 32 characters of at least three kinds."""
    kinds = [kind for kind in _KINDS_OF_CHARACTERS if re.search(kind, password)]
    return bool(_PASSWORD.fullmatch(password)) and len(kinds) >= _FEWEST_KINDS


def _check_storage(volume: dict[str, Any]) -> None:
    size = volume.get("size")
    if volume.get("type") not in _STORAGE:
        raise by_rds(400, "200026", "Invalid storage type.")
    if not isinstance(size, int) or not _SMALLEST_GB <= size <= _LARGEST_GB:
        raise by_rds(400, "200023", "Storage space is out of range.")
    if size % _STEP_GB:
        raise by_rds(400, "200027", "Storage space must be a multiple of 10.")
