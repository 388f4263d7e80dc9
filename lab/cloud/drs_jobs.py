"""The jobs of DRS: what was ordered, the states that a job passes through, and what it knows of its two servers."""

from __future__ import annotations

import uuid
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from lab.cloud.backends.replication import End
from lab.cloud.calls import Region, document_in
from lab.cloud.drs_checks import missing, wrong_state
from lab.cloud.progress import FAILS, NEVER_ARRIVES, as_time, state_of
from lab.cloud.refusals import by_drs

KIND = "drs jobs"
CREATING, CREATE_FAILED, CONFIGURATION = "CREATING", "CREATE_FAILED", "CONFIGURATION"
STARTING, TRANSFERRING = "STARTJOBING", "FULL_TRANSFER_STARTED"
COMPLETE, FAILED = "FULL_TRANSFER_COMPLETE", "FULL_TRANSFER_FAILED"
RELEASING, RELEASED = "RELEASE_RESOURCE_STARTED", "RELEASE_RESOURCE_COMPLETE"
# those of a synchronization (its API reference shows ids like 19557d51-1ee6-4507-97a6-8f69164jb201)
_ENDING = "jb201"
_CREATION, _START, _FATED, _RELEASE = 3.0, 1.0, 20.0, 2.0
_MOST = 5


class Jobs:
    """Jobs by their ids."""

    def __init__(self, region: Region) -> None:
        self._region = region

    def all(self) -> dict[str, dict[str, Any]]:
        """Return what is kept of each job, oldest first."""
        return self._region.store.all(KIND)

    def create(self, wanted: dict[str, Any], fate: str) -> str:
        """Note a job; return its id.

        Raises:
            RefusalError: there is one of this name, or there are too many.
        """
        known = self.all()
        # names differ in no more than case: they are the same
        if any(kept["name"].lower() == wanted["name"].lower() for kept in known.values()):
            raise by_drs(422, "M00277", "The task name already exists.")
        if len(known) >= _MOST:
            raise by_drs(400, "M00276", "The number of tasks has reached the quota.")
        key = str(uuid.uuid4())[: -len(_ENDING)] + _ENDING
        with self._region.store.change(KIND) as jobs:
            jobs[key] = _ordered(wanted, fate, self._region.clock.now())
        return key

    def need(self, key: object, *states: str) -> dict[str, Any]:
        """Return what is kept of a job that is in one of these states; without any it may be in every one.

        Raises:
            RefusalError: there is no such job, or it is in another state.
        """
        kept = self.all().get(str(key))
        if kept is None:
            raise missing()
        if states and self.state(kept) not in states:
            raise wrong_state()
        return kept

    @contextmanager
    def change(self, key: str) -> Generator[dict[str, Any]]:
        """Give what is kept of a job, to be changed."""
        with self._region.store.change(KIND) as jobs:
            # one that was deleted meanwhile is nobody's
            yield jobs.get(key, {})

    def remove(self, key: str) -> None:
        """Forget a job."""
        with self._region.store.change(KIND) as jobs:
            jobs.pop(key, None)

    def now(self) -> float:
        """Return the cloud's time."""
        return self._region.clock.now()

    def state(self, kept: dict[str, Any]) -> str:
        """Return the state of a job."""
        if kept["released"]:
            return RELEASED if self.now() - kept["released"] >= _RELEASE else RELEASING
        if not kept["started"]:
            stages = ((CREATING, _CREATION), (CONFIGURATION, 0.0))
            return state_of(stages, self.now() - kept["created"], kept["fate"], CREATE_FAILED)
        return self._state_of_transfer(kept)

    def _state_of_transfer(self, kept: dict[str, Any]) -> str:
        age = self.now() - kept["started"]
        if age < _START:
            return STARTING
        if kept["start_fate"] == FAILS and age > _FATED:
            return FAILED
        if kept["start_fate"] in {FAILS, NEVER_ARRIVES}:
            return TRANSFERRING
        return str(kept["outcome"]) or TRANSFERRING

    def reason(self, kept: dict[str, Any]) -> str:
        """Return why a transfer failed; nothing when it did not."""
        if self.state(kept) != FAILED:
            return ""
        return str(kept["reason"]) or "The full transfer failed because of an internal error."

    def document(self, key: str, kept: dict[str, Any]) -> dict[str, Any]:
        """Return a job as it is listed."""
        copied = (
            "name",
            "engine_type",
            "net_type",
            "job_direction",
            "db_use_type",
            "task_type",
            "description",
        )
        return {
            "id": key,
            "status": self.state(kept),
            "create_time": as_time(kept["created"], "%Y-%m-%d %H:%M:%S"),
            "billing_tag": False,
            "node_newFramework": False,
            **{name: kept[name] for name in copied},
        }


def end_of(kept: dict[str, Any], side: str) -> End:
    """Return one of the servers of a job that was configured."""
    known = kept[side]
    return End(known["address"], known["port"], known["user"], known["password"])


def _ordered(wanted: dict[str, Any], fate: str, now: float) -> dict[str, Any]:
    copied = ("name", "engine_type", "net_type", "job_direction", "db_use_type", "task_type", "node_type")
    return {
        **{name: wanted[name] for name in copied},
        "description": wanted.get("description") or "",
        "instance": document_in(wanted, "target_endpoint")["inst_id"],
        "created": now,
        "fate": fate,
        "tested": [],
        "source": {},
        "target": {},
        "databases": [],
        "checks": None,
        "started": 0.0,
        "start_fate": "",
        "outcome": "",
        "reason": "",
        "released": 0.0,
    }
