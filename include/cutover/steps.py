"""Time the steps of a cutover, for the report's account of the downtime."""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from include.cutover.critical_path import Span, critical_path
from include.ledger import safe_key
from include.run import CUTOVER

if TYPE_CHECKING:
    from include.ledger import Ledger
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

# In the folder of the run's passage.
FOLDER = "steps"
# Where the customers' waiting begins and ends: in the cutover, and on a way back.
FIRST = "quiesce the source"
LAST = "switch the front door"
FIRST_BACK = "quiesce the target"
LAST_BACK = "start the source"
NAME_WIDTH = 52

Step = dict[str, Any]


@contextmanager
def timed_step(run: MigrationRun, name: str, part: str = "") -> Generator[None]:
    """Time a block as one step of the cutover, failed or not; a repeat replaces what the former try wrote.

    :param part: tells pieces of one step apart that run side by side; the report shows the step from the first
        beginning to the last end.
    """
    started = time.time()
    try:
        yield
    finally:
        finished = time.time()
        logger.info("%s: %.1f s", f"{name}, {part}" if part else name, finished - started)
        document = f"{run.passage}/{FOLDER}/{safe_key(f'{name}/{part}' if part else name)}"
        run.ledger.write(
            document,
            {
                "name": name,
                "part": part,
                "started": started,
                "finished": finished,
                "started_at": datetime.fromtimestamp(started, UTC).isoformat(timespec="milliseconds"),
                "seconds": round(finished - started, 3),
            },
        )


@contextmanager
def log_group(title: str) -> Generator[None]:
    """Show the lines of a block as one group that folds in Airflow's task log."""
    logger.info("::group::%s", title)
    try:
        yield
    finally:
        logger.info("::endgroup::")


def recorded_steps(ledger: Ledger, zero: float | None = None, passage: str = CUTOVER) -> list[Step]:
    """Return the steps as `{"name", "seconds", "started", "critical"}`, in the order they began.

    `critical` steps are those that the switch waited for, one after another; on a way back, the start of the source.

    :param zero: moment that `started` counts from, in seconds since the epoch; by default the start of the quiesce.
    """
    spans = _spans(ledger, passage)
    first, last = (FIRST, LAST) if passage == CUTOVER else (FIRST_BACK, LAST_BACK)
    whole = {
        name: _joined(span for span in spans if span.name == name) for name in {one.name for one in spans}
    }
    ordered = sorted(whole.values(), key=lambda span: (span.started, span.finished))
    if zero is None and ordered:
        zero = whole.get(first, ordered[0]).started
    critical = {span.name for span in critical_path(_of_the_downtime(spans, first), last)}
    return [
        {
            "name": span.name,
            "seconds": round(span.finished - span.started, 3),
            "started": round(span.started - (zero or 0.0), 3),
            "critical": span.name in critical,
        }
        for span in ordered
    ]


def log_timeline(steps: Iterable[Step]) -> None:
    """Write the steps into the log as a table; a star marks those that the switch waited for."""
    logger.info("%-*s %9s %9s", NAME_WIDTH, "step (* on the critical path)", "begins", "takes")
    for step in steps:
        name = f"{'*' if step['critical'] else ' '} {step['name']}"
        logger.info("%-*s %7.1f s %7.1f s", NAME_WIDTH, name, step["started"], step["seconds"])


def _spans(ledger: Ledger, passage: str) -> list[Span]:
    rows = [ledger.read(document) for document in ledger.list(f"{passage}/{FOLDER}")]
    return [Span(str(row["name"]), float(row["started"]), float(row["finished"])) for row in rows]


def _of_the_downtime(spans: list[Span], first: str) -> list[Span]:
    """Return the spans from the quiesce on: before, nobody waits."""
    begun = [span.started for span in spans if span.name == first]
    return [span for span in spans if not begun or span.started >= begun[0]]


def _joined(spans: Iterable[Span]) -> Span:
    parts = list(spans)
    return Span(parts[0].name, min(part.started for part in parts), max(part.finished for part in parts))
