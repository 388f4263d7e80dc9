"""Put the phases of a run on a time line: measured where they ran, predicted where they did not yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from include.live.documents import Documents
from include.live.rows import SETTLED, Row
from include.phases import NEEDS, PHASES
from include.report.rows import phase_order

SHORTEST_SECONDS = 1.0

State = Literal["waiting", "running", "succeeded", "failed", "stopped", "not reached"]


@dataclass(frozen=True)
class Phase:
    """Be one phase on the time line.

    :param predicted: seconds, of one item after another.
    :param share: the part that is done, 0 to 1, by predicted time.
    :param expected_start: and `expected_end` are moments for what is not over, else None.
    """

    id: str
    state: State
    started: str | None
    finished: str | None
    items: int
    settled: int
    failed: int
    bytes: int
    total: int
    predicted: float
    share: float
    expected_start: str | None = None
    expected_end: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the phase as plain JSON."""
        return asdict(self)


def phases_of(documents: Documents, rows: Sequence[Row], *, is_live: bool, moment: datetime) -> list[Phase]:
    """Return the phases in their order.

    :param is_live: the run goes on, so that a phase without an end is running.
    """
    records = {one["id"]: one for one in documents.all("phases", dict).values()}
    by_phase: dict[str, list[Row]] = {}
    for row in rows:
        by_phase.setdefault(row.phase, []).append(row)
    predicted = _predicted(documents)
    names = sorted(records.keys() | by_phase.keys(), key=phase_order)
    found = [
        _phase(name, records.get(name), by_phase.get(name, []), predicted.get(name), is_live)
        for name in names
    ]
    return _expected(found, moment) if is_live else found


def progress_of(phases: Iterable[Phase]) -> float:
    """Return the done part of a run, 0 to 1: what is over counts with its measured time, the rest as predicted."""
    weighed = [(phase.share, _weight(phase)) for phase in phases]
    whole = sum(weight for _, weight in weighed)
    return sum(share * weight for share, weight in weighed) / whole if whole else 0.0


def _phase(
    name: str, record: Mapping[str, Any] | None, rows: Sequence[Row], predicted: float | None, is_live: bool
) -> Phase:
    is_over = bool(record and record.get("finished"))
    failed = sum(row.state == "failed" for row in rows)
    return Phase(
        id=name,
        state=_state(record, failed, is_live),
        started=record.get("started") if record else None,
        finished=record.get("finished") if record else None,
        items=len(rows),
        settled=sum(row.state in SETTLED for row in rows),
        failed=failed,
        bytes=sum(row.bytes for row in rows),
        total=sum(row.total for row in rows),
        predicted=predicted if predicted is not None else sum(row.predicted or 0.0 for row in rows),
        share=1.0 if is_over else _share(rows),
    )


def _state(record: Mapping[str, Any] | None, failed: int, is_live: bool) -> State:
    if record is None:
        return "waiting" if is_live else "not reached"
    if record.get("result") == "failed" or (failed and record.get("result")):
        return "failed"
    if record.get("result"):
        return "succeeded"
    if is_live:
        return "running"
    return "failed" if failed else "stopped"


def _share(rows: Sequence[Row]) -> float:
    whole = sum(_seconds(row) for row in rows)
    return sum(_seconds(row) * _done(row) for row in rows) / whole if whole else 0.0


def _seconds(row: Row) -> float:
    # Items that cost next to nothing count, too: else a phase of them would jump from nothing to all.
    return max(row.predicted or 0.0, 0.1)


def _done(row: Row) -> float:
    if row.state in SETTLED:
        return 1.0
    if row.state == "running" and row.total:
        return min(row.bytes / row.total, 0.95)
    return 0.8 if row.state == "unproved" else 0.0


def _weight(phase: Phase) -> float:
    if phase.started and phase.finished:
        return max(_between(phase.started, phase.finished), SHORTEST_SECONDS)
    return max(phase.predicted, SHORTEST_SECONDS)


def _between(started: str, finished: str) -> float:
    return (datetime.fromisoformat(finished) - datetime.fromisoformat(started)).total_seconds()


def _expected(phases: Sequence[Phase], moment: datetime) -> list[Phase]:
    """Return the phases with the moments expected of those that are not over; none ends in the past."""
    ends: dict[str, datetime] = {}
    found = []
    for phase in sorted(phases, key=lambda one: phase_order(one.id)):
        if phase.finished:
            ends[phase.id] = datetime.fromisoformat(phase.finished)
            found.append(phase)
            continue
        before = [ends[name] for name in NEEDS.get(phase.id, ()) if name in ends]
        start = datetime.fromisoformat(phase.started) if phase.started else max([moment, *before])
        left = timedelta(seconds=phase.predicted * (1 - phase.share))
        ends[phase.id] = max(start, moment) + left
        found.append(_moments(phase, start, ends[phase.id]))
    return found


def _moments(phase: Phase, start: datetime, end: datetime) -> Phase:
    known = asdict(phase) | {"expected_start": _written(start), "expected_end": _written(end)}
    return Phase(**known)


def _written(moment: datetime) -> str:
    # Whole seconds: an answer of which nothing else changed stays the same for a while.
    return moment.isoformat(timespec="seconds")


def _predicted(documents: Documents) -> dict[str, float]:
    phases = documents.one("assessment", _prediction) or {}
    return {name: seconds for name, seconds in phases.items() if name in PHASES}


def _prediction(assessment: Mapping[str, Any]) -> dict[str, float]:
    rows = (assessment.get("prediction") or {}).get("phases") or []
    return {str(row["id"]): float(row["seconds"]) for row in rows}
