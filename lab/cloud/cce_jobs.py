"""The jobs of CCE: what takes time is done by a thread, noted down, and done again after a restart."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from typing import Any

from lab.cloud.calls import Region
from lab.cloud.progress import FAILS, NEVER_ARRIVES, as_time

_KIND = "jobs"
_REASON = "The resources could not be created."

logger = logging.getLogger(__name__)

# what a job does, given the id of what it is about
Work = Callable[[str], None]


class Jobs:
    """Jobs by their ids; those who start jobs say first what their types do."""

    def __init__(self, region: Region) -> None:
        self._region = region
        self._works: dict[str, Work] = {}
        self._one_at_a_time = threading.Lock()

    def define(self, kind: str, work: Work) -> None:
        """Say what a type of job does."""
        self._works[kind] = work

    def resume(self) -> None:
        """Do again what was at work when the process ended."""
        for identity, kept in self._region.store.all(_KIND).items():
            if kept["phase"] == "Running" and not kept["fate"]:
                self._begin(identity, kept)

    def start(self, kind: str, cluster: str, resource: str, fate: str = "") -> str:
        """Start a job and return its id. One with a fate does nothing: it fails at once, or never ends."""
        identity = str(uuid.uuid4())
        kept = {
            "type": kind,
            "cluster": cluster,
            "resource": resource,
            "created": self._region.clock.now(),
            "updated": self._region.clock.now(),
            "phase": "Failed" if fate == FAILS else "Running",
            "fate": fate if fate in {FAILS, NEVER_ARRIVES} else "",
            "reason": _REASON if fate == FAILS else "",
        }
        with self._region.store.change(_KIND) as known:
            known[identity] = kept
        if not kept["fate"]:
            self._begin(identity, kept)
        return identity

    def phase(self, identity: str) -> str:
        """Return the phase of a job: Running, Success or Failed."""
        return str(self._region.store.all(_KIND)[identity]["phase"])

    def document(self, identity: str) -> dict[str, Any] | None:
        """Return the document of a job, or None if there is none."""
        kept = self._region.store.all(_KIND).get(identity)
        if kept is None:
            return None
        return {
            "kind": "Job",
            "apiVersion": "v3",
            "metadata": {
                "uid": identity,
                "creationTimestamp": as_time(kept["created"]),
                "updateTimestamp": as_time(kept["updated"]),
            },
            "spec": {
                "type": kept["type"],
                "clusterUID": kept["cluster"],
                "resourceID": kept["resource"],
                "subJobs": [],
            },
            "status": {"phase": kept["phase"], "reason": kept["reason"]},
        }

    def _begin(self, identity: str, kept: dict[str, Any]) -> None:
        work = self._works[kept["type"]]
        threading.Thread(target=self._do, args=(identity, work, kept["resource"]), daemon=True).start()

    def _do(self, identity: str, work: Work, resource: str) -> None:
        try:
            with self._one_at_a_time:
                work(resource)
        except Exception as error:  # whatever went wrong behind is the job's reason
            logger.exception("job %s failed", identity)
            self._end(identity, "Failed", f"{_REASON} {error}")
        else:
            self._end(identity, "Success", "")

    def _end(self, identity: str, phase: str, reason: str) -> None:
        with self._region.store.change(_KIND) as known:
            known[identity] |= {"phase": phase, "reason": reason, "updated": self._region.clock.now()}
