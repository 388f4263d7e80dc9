"""Watch a run to its end: look, show, say what is new, answer its approvals."""

from __future__ import annotations

import time

import httpx

from lab.airflow.rest import RestClient, RestError
from lab.migrate.approvals import Approvals
from lab.migrate.following import Follower
from lab.migrate.ledger_view import LedgerView
from lab.migrate.notices import Notice, Notices
from lab.migrate.runs import NoRunError, Run
from lab.migrate.screen import Screen
from lab.migrate.snapshot import Snapshot
from lab.migrate.task_states import Instance

_SECONDS_BETWEEN = 1.0
_SILENT_SECONDS = 15.0


def watch(
    client: RestClient, run: Run, ledger: LedgerView, screen: Screen, *, is_lab: bool
) -> tuple[Snapshot, list[Instance]]:
    """Return the run and its tasks as they were at its end.

    Raises:
        NoRunError: Airflow knows the run no more.
    """
    watcher = _Watcher(client, run, ledger, screen, is_lab=is_lab)
    silence = _Silence(screen)
    while True:
        try:
            snapshot = watcher.look_once()
        except (httpx.HTTPError, RestError) as error:
            if isinstance(error, RestError) and error.status == 404:
                raise NoRunError(f"The run {run.run_id} is gone: the lab was made anew meanwhile.") from None
            # the supervisor starts it again, and tasks go on meanwhile
            silence.goes_on(str(error))
        else:
            silence.ended()
            if snapshot.is_over:
                return snapshot, watcher.follower.instances
        time.sleep(_SECONDS_BETWEEN)


class _Watcher:
    """Looks, shows, says what is new, answers."""

    def __init__(
        self, client: RestClient, run: Run, ledger: LedgerView, screen: Screen, *, is_lab: bool
    ) -> None:
        self.follower = Follower(client, run, ledger)
        self._notices = Notices(ledger)
        self._approvals = Approvals(client, run, ledger, is_lab=is_lab)
        self._screen = screen

    def look_once(self) -> Snapshot:
        snapshot = self.follower.look()
        for notice in self._notices.collect(self.follower.instances, self.follower.warnings):
            self._screen.say(notice)
        self._screen.show(snapshot)
        if self.follower.waits_for_approval:
            for line in self._approvals.answer():
                self._screen.say(Notice("note", line))
        return snapshot


class _Silence:
    """Says once when Airflow has not answered for a while, and once that it does again."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._since: float | None = None
        self._is_said = False

    def goes_on(self, reason: str) -> None:
        self._since = self._since or time.monotonic()
        if not self._is_said and time.monotonic() - self._since > _SILENT_SECONDS:
            self._is_said = True
            text = f"Airflow's API does not answer ({reason}); if that lasts, repair the lab: make lab-up"
            self._screen.say(Notice("warning", text))

    def ended(self) -> None:
        if self._is_said:
            self._screen.say(Notice("note", "Airflow's API answers again"))
        self._since, self._is_said = None, False
