"""The tasks of OMS: what was ordered, in which state it is, and what it has copied so far."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from lab.cloud.calls import Region, document_in
from lab.cloud.progress import FAILS, NEVER_ARRIVES
from lab.cloud.refusals import by_oms

KIND = "oms tasks"
WAITING, RUNNING, STOPPED, FAILED, DONE = 1, 2, 3, 4, 5
_FATED_SECONDS = 20.0
_COUNTS = (
    "total_num",
    "total_size",
    "successful_num",
    "failed_num",
    "skipped_num",
    "complete_size",
    "real_size",
)


class Tasks:
    """Tasks by their ids, which are numbers."""

    def __init__(self, region: Region) -> None:
        self._region = region

    def all(self) -> dict[str, dict[str, Any]]:
        """Return what is kept of each task, oldest first."""
        return self._region.store.all(KIND)

    def create(self, wanted: dict[str, Any], fate: str) -> str:
        """Note a task; return its id."""
        with self._region.store.change(KIND) as tasks:
            key = str(max([int(time.time() * 1000), *(int(known) + 1 for known in tasks)]))
            tasks[key] = _ordered(wanted, fate, self._region.clock.now())
        return key

    def need(self, key: str) -> dict[str, Any]:
        """Return what is kept of a task.

        Raises:
            RefusalError: there is no such task; the code is not confirmed.
        """
        kept = self.all().get(key)
        if kept is None:
            raise by_oms(404, "0065", "The task does not exist.")
        return kept

    @contextmanager
    def change(self, key: str) -> Generator[dict[str, Any]]:
        """Give what is kept of a task, to be changed."""
        with self._region.store.change(KIND) as tasks:
            # one that was deleted meanwhile is nobody's
            yield tasks.get(key, {})

    def remove(self, key: str) -> None:
        """Forget a task."""
        with self._region.store.change(KIND) as tasks:
            tasks.pop(key, None)

    def status(self, kept: dict[str, Any]) -> int:
        """Return the status of a task."""
        status, fate = int(kept["status"]), kept["fate"]
        if status not in {WAITING, RUNNING} or not fate:
            return status
        is_over = fate == FAILS and self._region.clock.now() - kept["started"] > _FATED_SECONDS
        return FAILED if is_over else RUNNING

    def is_fated(self, kept: dict[str, Any]) -> bool:
        """Say whether time decides what becomes of a task, and not its copy."""
        return kept["fate"] in {FAILS, NEVER_ARRIVES}

    def document(self, key: str, kept: dict[str, Any]) -> dict[str, Any]:
        """Return a task as it is shown."""
        status, counts = self.status(kept), kept["counts"]
        moved = counts["successful_num"] + counts["skipped_num"]
        said = {"error_code": kept["error"][0], "error_msg": kept["error"][1]} if kept["error"] else None
        if status == FAILED and said is None:
            said = {
                "error_code": "TRF.0001",
                "error_msg": "System error. Click Restart to restart the migration task.",
            }
        return {
            "id": int(key),
            "name": f"{kept['src_node']['bucket']}-{key}",
            "status": status,
            "progress": 1.0 if status == DONE else moved / max(counts["total_num"], 1),
            "start_time": int(kept["started"] * 1000),
            "total_time": int((self._region.clock.now() - kept["started"]) * 1000),
            "left_time": 0,
            "migrate_speed": 0,
            "is_query_over": counts["total_num"] > 0 or status == DONE,
            "group_type": "NORMAL_TASK",
            "error_reason": said,
            **counts,
            **kept["shown"],
            "src_node": kept["src_node"],
            "dst_node": kept["dst_node"],
        }


def _ordered(wanted: dict[str, Any], fate: str, now: float) -> dict[str, Any]:
    source, target = document_in(wanted, "src_node"), document_in(wanted, "dst_node")
    return {
        "src_node": {
            **{name: source[name] for name in ("bucket", "cloud_type", "region")},
            "object_key": source.get("object_key") or [],
        },
        "dst_node": {"bucket": target["bucket"], "region": target["region"], "save_prefix": ""},
        # only as long as the task may need them
        "keys": [source["ak"], source["sk"], target["ak"], target["sk"]],
        "shown": {
            "task_type": wanted.get("task_type") or "object",
            "description": wanted.get("description") or "",
            "enable_metadata_migration": bool(wanted.get("enable_metadata_migration")),
            "enable_failed_object_recording": wanted.get("enable_failed_object_recording", True),
            "enable_restore": bool(wanted.get("enable_restore")),
            "object_overwrite_mode": wanted.get("object_overwrite_mode")
            or "SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE",
            "consistency_check": wanted.get("consistency_check") or "size_last_modified",
        },
        "status": RUNNING if fate else WAITING,
        "started": now,
        "fate": fate,
        "counts": dict.fromkeys(_COUNTS, 0),
        "error": [],
    }
