"""The jobs of RDS: what was ordered, and how far it is."""

from __future__ import annotations

import uuid
from typing import Any

from lab.cloud.calls import Region
from lab.cloud.progress import as_time, state_of

RUNNING, COMPLETED, FAILED = "Running", "Completed", "Failed"
_KIND = "rds jobs"
# what a job that is to fail takes, and what a percentage is reckoned by
_SECONDS = 120
_STAGES = ((RUNNING, _SECONDS), (COMPLETED, 0))
_TIME = "%Y-%m-%dT%H:%M:%S+0000"


class Jobs:
    """Jobs by their ids."""

    def __init__(self, region: Region) -> None:
        self._region = region

    def open(self, name: str, instance: dict[str, Any], fate: str) -> str:
        """Note a job that runs from now on; return its id.

        Args:
            name: what it does, as RDS names it.
            instance: `id` and `name` of the instance, and its `entity` as the job shows it.
            fate: that of the job (`lab.cloud.progress`): with one, time decides its state, and not `end`.
        """
        key = str(uuid.uuid4())
        with self._region.store.change(_KIND) as known:
            known[key] = {
                "name": name,
                "instance": instance,
                "fate": fate,
                "created": self._region.clock.now(),
                "state": RUNNING,
                "ended": 0.0,
                "reason": "",
            }
        return key

    def end(self, key: str, failure: str = "") -> None:
        """Note the end of a job; `failure` says why it is a bad one."""
        with self._region.store.change(_KIND) as known:
            known[key] |= {
                "state": FAILED if failure else COMPLETED,
                "reason": failure,
                "ended": self._region.clock.now(),
            }

    def state(self, key: str) -> str:
        """Return the state of a job."""
        return self._state(self._region.store.all(_KIND)[key])

    def _state(self, kept: dict[str, Any]) -> str:
        if not kept["fate"]:
            return str(kept["state"])
        return state_of(_STAGES, self._region.clock.now() - kept["created"], kept["fate"], failed=FAILED)

    def document(self, key: str) -> dict[str, Any] | None:
        """Return a job as it is shown, or None if there is none."""
        kept = self._region.store.all(_KIND).get(key)
        if kept is None:
            return None
        state, age = self._state(kept), self._region.clock.now() - kept["created"]
        instance = kept["instance"]
        found = {
            "id": key,
            "name": kept["name"],
            "status": state,
            "created": as_time(kept["created"], _TIME),
            "process": f"{min(99, int(age / _SECONDS * 100))}%" if state == RUNNING else "",
            "instance": {"id": instance["id"], "name": instance["name"]},
            "entities": {"instance": instance["entity"]},
        }
        if state != RUNNING:
            found["ended"] = as_time(kept["ended"] or kept["created"] + _SECONDS, _TIME)
        if state == FAILED:
            found["fail_reason"] = kept["reason"] or "The DB instance could not be created."
        return found
