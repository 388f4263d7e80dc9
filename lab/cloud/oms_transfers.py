"""The transfers of OMS: five tasks at once really copy, others wait, and all go on after a restart."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Any

from lab.cloud.backends.object_store import ObjectStore, copy_object, objects_of
from lab.cloud.oms_tasks import DONE, FAILED, RUNNING, STOPPED, WAITING, Tasks

logger = logging.getLogger(__name__)

# a region runs so many at once (OMS user guide, oms_01_0038)
_MOST_AT_ONCE = 5
# OMS keeps what it needs during a task, and lists of failed objects, in a folder of this name in the target
FOLDER = "oms"
_BY_COMPARISON = "SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE"
_NEVER = "NO_OVERWRITE"


class Transfers:
    """What runs for tasks; `stores` are reached by their cloud and region."""

    def __init__(self, tasks: Tasks, stores: Mapping[tuple[str, str], ObjectStore]) -> None:
        self._tasks = tasks
        self._stores = stores
        self._stops: dict[str, threading.Event] = {}
        self._lock = threading.Lock()
        for key, kept in tasks.all().items():
            # begun by a process that did not live to end it
            if kept["status"] == RUNNING and not tasks.is_fated(kept):
                with tasks.change(key) as changed:
                    changed["status"] = WAITING
        self.schedule()

    def schedule(self) -> None:
        """Let waiting tasks run, as long as there are not too many."""
        with self._lock:
            known = self._tasks.all()
            free = _MOST_AT_ONCE - sum(self._tasks.status(kept) == RUNNING for kept in known.values())
            waiting = [key for key, kept in known.items() if kept["status"] == WAITING]
            for key in waiting[: max(free, 0)]:
                with self._tasks.change(key) as changed:
                    changed["status"] = RUNNING
                stopped = self._stops[key] = threading.Event()
                threading.Thread(target=self._run, args=(key, stopped), daemon=True).start()

    def stop(self, key: str) -> None:
        """Stop a task, which forgets its keys."""
        if key in self._stops:
            self._stops[key].set()
        with self._tasks.change(key) as changed:
            changed |= {"status": STOPPED, "keys": []}
        self.schedule()

    def _run(self, key: str, stopped: threading.Event) -> None:
        kept = self._tasks.all()[key]
        error: list[str] = []
        try:
            self._copy(key, kept, stopped)
        except Exception as problem:
            logger.warning("task %s failed: %s", key, problem)
            # neither the code nor the words are confirmed
            error = ["OMS.0101", f"The source or the destination cannot be accessed: {problem}"]
        if not stopped.is_set():
            with self._tasks.change(key) as changed:
                has_failed = bool(error or changed["counts"]["failed_num"])
                changed |= {"status": FAILED if has_failed else DONE, "error": error, "keys": []}
        self.schedule()

    def _copy(self, key: str, kept: dict[str, Any], stopped: threading.Event) -> None:
        source = self._stores[kept["src_node"]["cloud_type"], kept["src_node"]["region"]].open(
            *kept["keys"][:2]
        )
        target = self._stores["HuaweiCloud", kept["dst_node"]["region"]].open(*kept["keys"][2:])
        places = kept["src_node"]["bucket"], kept["dst_node"]["bucket"]
        prefixes = tuple(kept["src_node"]["object_key"]) or ("",)
        wanted = [row for row in objects_of(source, places[0]) if row["Key"].startswith(prefixes)]
        there = {row["Key"]: row for row in objects_of(target, places[1])}
        with self._tasks.change(key) as changed:
            totals = {"total_num": len(wanted), "total_size": sum(row["Size"] for row in wanted)}
            changed["counts"] = dict.fromkeys(changed["counts"], 0) | totals
        failed = []
        for row in wanted:
            if stopped.is_set():
                return
            done = {"skipped_num": 1}
            if _is_wanted(row, there.get(row["Key"]), kept["shown"]["object_overwrite_mode"]):
                done, problem = _move(source, target, places, row, kept)
                failed += [problem] if problem else []
            with self._tasks.change(key) as changed:
                for name, count in done.items():
                    changed["counts"][name] += count
        if failed and kept["shown"]["enable_failed_object_recording"]:
            text = "\n".join(failed).encode()
            target.put_object(Bucket=places[1], Key=f"{FOLDER}/{key}/failed_objects.txt", Body=text)


def _is_wanted(row: dict[str, Any], known: dict[str, Any] | None, mode: str) -> bool:
    if known is None:
        return True
    is_newer = row["Size"] != known["Size"] or row["LastModified"] > known["LastModified"]
    return mode != _NEVER and (mode != _BY_COMPARISON or is_newer)


def _move(
    source: Any, target: Any, places: tuple[str, str], row: dict[str, Any], kept: dict[str, Any]
) -> tuple[dict[str, int], str]:
    carries = kept["shown"]["enable_metadata_migration"]
    try:
        size = copy_object(source, target, places, row["Key"], with_metadata=carries)
    except Exception as error:
        return {"failed_num": 1}, f"{row['Key']} {error}"
    return {"successful_num": 1, "complete_size": size, "real_size": size}, ""
