"""Watch the front door through the whole cutover, and tell afterwards how long it was shut and what was lost."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx

from include.cutover.client import FrontDoorClient
from include.cutover.outlook import predicted_downtime
from include.cutover.prober import Prober, acknowledged, total_seconds
from include.cutover.steps import log_timeline, recorded_steps
from include.cutover.timeline import (
    Attempt,
    Outage,
    as_ranges,
    find_outages,
    from_ranges,
    is_down_first,
    is_down_last,
    merge_outages,
)
from include.errors import TemporaryError, WaitTimeoutError, shorten
from include.run import CUTOVER

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

# Each in the folder of the run's passage.
FOLDER = "probe"
BEGUN = "awaited-probe"
STOP = "stop-probe"
DOWNTIME = "downtime"
# A probe nobody stops must end some time.
LONGEST_SECONDS = 6 * 3600.0
STALE_SECONDS = 20.0
START_SECONDS = 120.0
# The probe and the task that waits for it are started together.
BEGIN_SECONDS = 60.0
FINISH_SECONDS = 60.0
ANSWER_SECONDS = 60.0
POLL_SECONDS = 0.5
DIGITS = 6


def probe_front_door(run: MigrationRun, stop: Callable[[], bool] | None = None) -> dict[str, Any]:
    """Read and write through the front door until `finish_probe` stops it; return the numbers.

    A retry counts on as another client: what the former try saw stays in the ledger.

    :param stop: asked several times a second; by default the ledger's stop document, if newer than this probe.
    """
    name = _client_name(run)
    settings = run.definition.front_door.probe
    started = time.time()
    logger.info("Probe %s: %g requests a second to %s", name, settings.requests_per_second, settings.url)

    def is_stopped() -> bool:
        is_asked = _is_asked_to_stop(run, started) if stop is None else stop()
        return is_asked or time.time() - started > LONGEST_SECONDS

    def save(attempts: list[Attempt], *, finished: bool = False) -> None:
        run.ledger.write(
            f"{run.passage}/{FOLDER}/{name}", _document(name, started, attempts, finished=finished)
        )

    save([])
    with FrontDoorClient(settings, name) as client:
        attempts = Prober(client, settings.requests_per_second).run(is_stopped, save)
    save(attempts, finished=True)
    return {"requests": len(attempts), "writes_acknowledged": len(acknowledged(attempts))}


def is_probing(run: MigrationRun) -> bool:
    """Say whether a probe has good answers: the cutover waits for that, or it would count what it did not see."""
    return any(row["succeeded"] > 0 and _is_alive(row) for row in _documents(run))


def await_probe(run: MigrationRun, timeout_seconds: float = START_SECONDS) -> None:
    """Wait until the probe has good answers: before, the cutover would not be measured.

    :raises WaitTimeoutError: with the probe's last failure.
    """
    run.ledger.write(f"{run.passage}/{BEGUN}", {"at": time.time()})
    ends = time.monotonic() + timeout_seconds
    while not is_probing(run):
        if time.monotonic() >= ends:
            failed = [row["failed"] for row in _documents(run)]
            raise WaitTimeoutError(
                f"front door {run.definition.front_door.probe.url}: the probe has no good answer after "
                f"{timeout_seconds:.0f} s ({sum(failed)} requests failed); nothing was stopped; make the front door answer, "
                "or correct front_door.probe"
            )
        time.sleep(POLL_SECONDS)


def finish_probe(run: MigrationRun) -> dict[str, Any] | None:
    """Stop the probe, ask the application which writes it holds, and write the downtime to the ledger; return it.

    Returns None when the run never came to a probe.

    :raises TemporaryError: when the front door does not tell which writes arrived.
    """
    if not run.ledger.list(f"{run.passage}/{FOLDER}"):
        logger.info("No probe ran: the cutover was not begun")
        return None
    asked = time.time()
    run.ledger.write(f"{run.passage}/{STOP}", {"at": asked})
    documents = _await_finished(run)
    lost, doubled = _compare_writes(run, documents)
    outages, unmeasured = _outages(documents, _moment(run, BEGUN) or 0.0, asked)
    downtime = {
        "seconds": round(total_seconds(outages), 3),
        "longest_seconds": round(max((outage.seconds for outage in outages), default=0.0), 3),
        "requests": sum(row["requests"] for row in documents),
        "failed_requests": sum(row["failed"] for row in documents),
        "writes_acknowledged": sum(len(from_ranges(row["acknowledged"])) for row in documents),
        "writes_lost": len(lost),
        "writes_doubled": len(doubled),
        "lost": lost,
        "doubled": doubled,
        "unmeasured_seconds": round(unmeasured, 3),
        "outages": [[outage.started, outage.ended] for outage in outages],
        "predicted_seconds": _predicted(run) if run.passage == CUTOVER else None,
        "steps": recorded_steps(run.ledger, outages[0].started if outages else None, run.passage),
    }
    run.ledger.write(f"{run.passage}/{DOWNTIME}", downtime)
    log_timeline(downtime["steps"])
    logger.info(
        "Down %.1f s, predicted %s; %s requests, %s writes acknowledged, %s lost, %s doubled",
        downtime["seconds"],
        "nothing" if downtime["predicted_seconds"] is None else f"{downtime['predicted_seconds']:.1f} s",
        downtime["requests"],
        downtime["writes_acknowledged"],
        len(lost),
        len(doubled),
    )
    return downtime


def compare_writes(sent: set[int], held: dict[int, int]) -> tuple[list[int], list[int]]:
    """Return the acknowledged sequences that are not held, and those held more than once, acknowledged or not."""
    return sorted(sent - held.keys()), sorted(number for number, count in held.items() if count > 1)


def _predicted(run: MigrationRun) -> float | None:
    """Return the downtime that the approval has shown, in seconds; None without a plan."""
    return float(predicted_downtime(run)["seconds"]) if run.ledger.exists("plan") else None


def _outages(documents: list[dict[str, Any]], begun: float, asked: float) -> tuple[list[Outage], float]:
    """Return the outages that all probes saw together, and for how many seconds none was there to see any.

    A time without a probe counts as down when the front door was down before it or after it.

    :param begun: when the cutover began; what a probe of an earlier one left open is not part of it.
    :param asked: when the probe was to end.
    """
    rows = sorted(documents, key=lambda row: float(row["started"]))
    outages = [Outage(*span) for row in rows for span in row["outages"]]
    unmeasured, seen = 0.0, rows[0]
    for row in [*rows[1:], {"started": asked, "down_first": False, "updated": asked}]:
        gap = Outage(float(seen["updated"]), float(row["started"]))
        if gap.seconds > 0 and not seen["finished"] and gap.started >= begun:
            if seen["down_last"] or row["down_first"]:
                outages.append(gap)
            else:
                unmeasured += gap.seconds
        seen = max(seen, row, key=lambda one: float(one["updated"]))
    return merge_outages(outages), unmeasured


def _compare_writes(run: MigrationRun, documents: list[dict[str, Any]]) -> tuple[list[str], list[str]]:
    lost: list[str] = []
    doubled: list[str] = []
    with FrontDoorClient(run.definition.front_door.probe, "") as client:
        for row in documents:
            name = row["client"]
            missing, repeated = compare_writes(from_ranges(row["acknowledged"]), _held(client, name))
            lost += [f"{name}/{number}" for number in missing]
            doubled += [f"{name}/{number}" for number in repeated]
    return lost, doubled


def _held(client: FrontDoorClient, name: str) -> dict[int, int]:
    ends = time.monotonic() + ANSWER_SECONDS
    while True:
        try:
            return client.written(name)
        except (OSError, httpx.HTTPError, KeyError, ValueError) as error:
            if time.monotonic() >= ends:
                raise TemporaryError(
                    f"the front door does not tell which writes of {name} arrived "
                    f"({type(error).__name__}: {shorten(str(error), 120)}); check front_door.probe.written"
                ) from error
            time.sleep(POLL_SECONDS)


def _await_finished(run: MigrationRun) -> list[dict[str, Any]]:
    """Return what all probes saw; one whose process died is taken as far as it wrote."""
    ends = time.monotonic() + FINISH_SECONDS
    while True:
        documents = _documents(run)
        if not any(_is_alive(row) for row in documents) or time.monotonic() >= ends:
            return documents
        time.sleep(POLL_SECONDS)


def _is_alive(row: dict[str, Any]) -> bool:
    """Say whether a probe works on: one whose process was killed leaves an unfinished document that grows old."""
    return not row["finished"] and time.time() - row["updated"] < STALE_SECONDS


def _documents(run: MigrationRun) -> list[dict[str, Any]]:
    return [run.ledger.read(name) for name in run.ledger.list(f"{run.passage}/{FOLDER}")]


def _document(name: str, started: float, attempts: list[Attempt], *, finished: bool) -> dict[str, Any]:
    failed = sum(not attempt.is_ok for attempt in attempts)
    return {
        "client": name,
        "started": started,
        "updated": time.time(),
        "finished": finished,
        "requests": len(attempts),
        "succeeded": len(attempts) - failed,
        "failed": failed,
        "acknowledged": as_ranges(acknowledged(attempts)),
        "outages": [[outage.started, outage.ended] for outage in find_outages(attempts)],
        "down_first": is_down_first(attempts),
        "down_last": is_down_last(attempts),
    }


def _client_name(run: MigrationRun) -> str:
    """Return another name for each try, and for each passage of a run: the application tells the writes apart by it."""
    number = len(run.ledger.list(f"{run.passage}/{FOLDER}")) + 1
    if run.passage == CUTOVER:
        return f"{run.short_id}-{number}"
    return f"{run.short_id}-{hashlib.sha256(run.passage.encode()).hexdigest()[:DIGITS]}-{number}"


def _is_asked_to_stop(run: MigrationRun, started: float) -> bool:
    """Say whether the probe is to end.

    A request from before its start counts only when no cutover has begun since: then the probe is the late retry of one
    that died, and nobody else would ever end it.
    """
    asked = _moment(run, STOP)
    if asked is None or asked >= started:
        return asked is not None
    begun = _moment(run, BEGUN)
    return time.time() - started > BEGIN_SECONDS and (begun is None or begun < asked)


def _moment(run: MigrationRun, document: str) -> float | None:
    name = f"{run.passage}/{document}"
    return float(run.ledger.read(name)["at"]) if run.ledger.exists(name) else None
