"""What is worth a line of its own while a run goes on, each said once: findings, warnings, second tries, failures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from lab.migrate.ledger_view import LedgerView
from lab.migrate.task_log import last_error, log_path
from lab.migrate.task_states import Instance, name_of, phase_of

_MOST_FINDINGS = 10
# an error's first line is a sentence; what is longer is an answer of a server, whole in the task's log
_LONGEST = 300


@dataclass(frozen=True)
class Notice:
    """A line for the person who watches."""

    kind: Literal["warning", "failure", "note"]
    text: str


class Notices:
    """Remembers what was said."""

    def __init__(self, ledger: LedgerView, error_of: Callable[[Instance], str] | None = None) -> None:
        self._ledger = ledger
        self._error_of = error_of or (lambda instance: last_error(log_path(instance)))
        self._said: set[str] = set()

    def collect(self, instances: list[Instance], warnings: list[tuple[str, str]]) -> list[Notice]:
        """Return what is new: `warnings` are a task's name and what it logged."""
        said = [*self._findings(), *self._logged(warnings)]
        for instance in instances:
            said += self._troubles(instance)
        return said

    def _findings(self) -> Iterator[Notice]:
        """Say what was found; what to do about it stands in the approval and in the report."""
        rows = [row for row in self._ledger.findings() if row["severity"] in {"blocker", "warning"}]
        for row in rows[:_MOST_FINDINGS]:
            mark = "a blocker: " if row["severity"] == "blocker" else ""
            yield from self._once("warning", f"{mark}{row['object']} {row['message']}")
        if len(rows) > _MOST_FINDINGS:
            yield from self._once(
                "warning", f"and {len(rows) - _MOST_FINDINGS} more findings, in findings.json of the ledger"
            )

    def _logged(self, warnings: list[tuple[str, str]]) -> Iterator[Notice]:
        for name, text in warnings:
            # a finding is logged, too, in more words
            if not any(said in text for said in self._said):
                yield from self._once("warning", f"{name}: {text}")

    def _troubles(self, instance: Instance) -> Iterator[Notice]:
        state, name, tries = instance["state"], name_of(instance), instance["try_number"]
        # a task outside the phases (the report, the watcher) fails because another did: that one has the reason
        if state not in {"up_for_retry", "failed"} or not phase_of(instance):
            return
        if self._knows(f"{name} {tries} {state}"):
            return
        reason = self._error_of(instance)[:_LONGEST] or "its log has no error; Airflow lost its process"
        if state == "failed":
            yield Notice("failure", f"{name} failed: {reason}")
        elif self._knows(f"{name} {reason}"):
            yield Notice("warning", f"{name}: try {tries} failed for the same reason and is repeated")
        else:
            yield Notice("warning", f"{name}: try {tries} failed and is repeated: {reason}")

    def _once(self, kind: Literal["warning", "failure", "note"], text: str) -> Iterator[Notice]:
        if not self._knows(text):
            yield Notice(kind, text)

    def _knows(self, text: str) -> bool:
        is_known = text in self._said
        self._said.add(text)
        return is_known
