"""The transfers of DRS: threads that really copy, and go on after the cloud's process was started again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Any

from lab.cloud.backends.replication import Replication
from lab.cloud.drs_jobs import COMPLETE, FAILED, RELEASED, RELEASING, Jobs, end_of

logger = logging.getLogger(__name__)


class Transfers:
    """What runs for jobs that were started, and have no fate but their own."""

    def __init__(self, jobs: Jobs, replications: Mapping[str, Replication]) -> None:
        self._jobs = jobs
        self._replications = replications
        self._stops: dict[str, threading.Event] = {}
        for key, kept in jobs.all().items():
            # begun by a process that did not live to end it
            if kept["started"] and not (kept["start_fate"] or kept["outcome"] or kept["released"]):
                self.begin(key, afresh=True)

    def of(self, kept: dict[str, Any]) -> Replication:
        """Return what copies for a job."""
        return self._replications[kept["engine_type"]]

    def begin(self, key: str, *, afresh: bool = False) -> None:
        """Copy what a job is for; `afresh` removes first what an earlier process has copied of it."""
        stopped = self._stops[key] = threading.Event()
        threading.Thread(target=self._run, args=(key, stopped, afresh), daemon=True).start()

    def end(self, key: str, *, is_forced: bool) -> None:
        """End a job: its transfer, if one runs; one that is complete is ended with its sequences ahead."""
        kept = self._jobs.need(key)
        if key in self._stops:
            self._stops[key].set()
        if kept["outcome"] == COMPLETE and not is_forced:
            for database in kept["databases"]:
                self.of(kept).raise_sequences(end_of(kept, "target"), database)
        with self._jobs.change(key) as changed:
            changed |= {"released": self._jobs.now(), "source": {}, "target": {}}

    def share(self, kept: dict[str, Any]) -> float:
        """Return how much of a job is done, between 0 and 1."""
        if kept["outcome"] == COMPLETE or self._jobs.state(kept) in {RELEASING, RELEASED}:
            return 1.0
        if not kept["started"] or kept["start_fate"]:
            return 0.0
        share = self.of(kept).share(end_of(kept, "source"), end_of(kept, "target"), kept["databases"])
        return min(share, 0.99)

    def _run(self, key: str, stopped: threading.Event, afresh: bool) -> None:
        kept = self._jobs.all()[key]
        source, target, copies = end_of(kept, "source"), end_of(kept, "target"), self.of(kept)
        outcome, reason = COMPLETE, ""
        try:
            for database in kept["databases"]:
                if afresh:
                    copies.forget(target, database)
                copies.copy(source, target, database, stopped)
        except Exception as error:
            logger.warning("job %s failed: %s", kept["name"], error)
            outcome, reason = FAILED, str(error)
        with self._jobs.change(key) as changed:
            changed |= {"outcome": outcome, "reason": reason}
