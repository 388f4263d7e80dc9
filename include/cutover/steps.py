"""Time the steps of a cutover, for the report's account of the downtime."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from include.ledger import safe_key
from include.run import CUTOVER

if TYPE_CHECKING:
    from include.ledger import Ledger
    from include.run import MigrationRun

FOLDER = "steps"


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


def recorded_steps(ledger: Ledger, passage: str = CUTOVER) -> list[dict[str, Any]]:
    """Return the steps of the cutover, or of another passage, as `{"name", "seconds"}`, in the order they began."""
    spans: dict[str, tuple[float, float]] = {}
    for document in ledger.list(f"{passage}/{FOLDER}"):
        row = ledger.read(document)
        started, finished = float(row["started"]), float(row["finished"])
        known = spans.get(row["name"], (started, finished))
        spans[row["name"]] = (min(known[0], started), max(known[1], finished))
    ordered = sorted(spans.items(), key=lambda entry: entry[1])
    return [{"name": name, "seconds": round(ended - began, 3)} for name, (began, ended) in ordered]
