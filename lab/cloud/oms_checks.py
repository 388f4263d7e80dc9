"""What OMS takes of an order for a task."""

from __future__ import annotations

import re
from typing import Any

from lab.cloud.calls import document_in
from lab.cloud.refusals import RefusalError, by_oms

_CLOUDS = (
    "AWS",
    "Azure",
    "Aliyun",
    "Tencent",
    "HuaweiCloud",
    "QingCloud",
    "KingsoftCloud",
    "Baidu",
    "Qiniu",
    "Google",
    "URLSource",
    "UCloud",
)
_WITH_CRC64 = ("Aliyun", "Tencent", "HuaweiCloud")
_CHOICES = {
    "task_type": ("list", "url_list", "object", "prefix"),
    "object_overwrite_mode": (
        "NO_OVERWRITE",
        "SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE",
        "CRC64_COMPARISON_OVERWRITE",
        "FULL_OVERWRITE",
    ),
    "consistency_check": ("size_last_modified", "crc64", "no_check"),
}
_DESCRIPTION = re.compile(r"[^\^<>&\"']{0,255}")
_NEEDED = ("region", "ak", "sk", "bucket")


def check_order(wanted: dict[str, Any], region: str, known: set[tuple[str, str]]) -> None:
    """Refuse an order that OMS would refuse; `known` are the clouds and regions that it reaches.

    Raises:
        RefusalError: the first field that is wrong.
    """
    for node in ("src_node", "dst_node"):
        for name in _NEEDED:
            if not document_in(wanted, node).get(name):
                raise invalid(f"{node}.{name}")
    for name, allowed in _CHOICES.items():
        if wanted.get(name, allowed[0]) not in allowed:
            raise invalid(name)
    if not _DESCRIPTION.fullmatch(str(wanted.get("description") or "")):
        raise invalid("description")
    _check_places(wanted, region, known)


def _check_places(wanted: dict[str, Any], region: str, known: set[tuple[str, str]]) -> None:
    source, target = document_in(wanted, "src_node"), document_in(wanted, "dst_node")
    cloud = source.get("cloud_type", "Aliyun")
    if cloud not in _CLOUDS:
        raise invalid("src_node.cloud_type")
    if wanted.get("consistency_check") == "crc64" and cloud not in _WITH_CRC64:
        raise invalid("consistency_check")
    if target["region"] != region:
        raise invalid("dst_node.region")
    # nothing else is behind it: what the lab has not is a region that the cloud does not know
    if (cloud, source["region"]) not in known:
        raise invalid("src_node.region")


def invalid(name: str) -> RefusalError:
    """Return the refusal of a parameter."""
    return by_oms(400, "0064", "Invalid request parameters.", f"request parameter [{name}] invalid.")
