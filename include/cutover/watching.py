"""Watch the target serve customers after the switch, before the source is let go."""

from __future__ import annotations

import itertools
import logging
import math
import time
from typing import TYPE_CHECKING, Any

from include.cutover.client import FrontDoorClient
from include.cutover.prober import Prober
from include.cutover.service import service_addresses
from include.cutover.steps import timed_step
from include.cutover.timeline import Attempt
from include.errors import PermanentError

if TYPE_CHECKING:
    from include.connections.access import Side
    from include.definition import Cutover
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

# In the folder of the run's passage.
DOCUMENT = "watch"
# A record's old TTL may keep the resolver on the source for a while.
NAME_SECONDS = 120.0
POLL_SECONDS = 0.25


class WatchFailedError(PermanentError):
    """Say that too many requests failed after the switch: the traffic has to go back."""


def watch_target(run: MigrationRun) -> dict[str, Any]:
    """Read and write through the front door for the definition's time; return the numbers.

    :raises WatchFailedError: when a larger share fails than the definition allows, or the name does not lead to the target.
    """
    return _watch(run, "target", "the traffic goes back to the source")


def watch_source(run: MigrationRun) -> dict[str, Any]:
    """Do the same after a rollback, as soon as the source answers.

    :raises WatchFailedError: when too many requests fail, or the source does not serve within two minutes.
    """
    return _watch(run, "source", "the customers are on the source: look at its pods and events")


def _watch(run: MigrationRun, side: Side, what_now: str) -> dict[str, Any]:
    settings = run.definition.front_door.probe
    seconds = run.definition.cutover.watch_seconds
    with (
        timed_step(run, f"watch the {side}"),
        FrontDoorClient(settings, f"{run.short_id}-watch-{int(time.time())}") as client,
    ):
        _await_name(run, client, side)
        if side == "source":
            _await_answer(run)
        prober = Prober(client, settings.requests_per_second)
        most_failed = run.definition.cutover.most_failed_share * settings.requests_per_second * seconds
        ends = time.monotonic() + seconds
        attempts = prober.run(
            lambda: time.monotonic() >= ends or is_lost(prober.attempts, most_failed), lambda _: None
        )
    watched = judge_watch(attempts, run.definition.cutover)
    run.ledger.write(f"{run.passage}/{DOCUMENT}", watched)
    if watched["problem"]:
        raise WatchFailedError(
            f"front door {settings.url}, watched for {seconds:g} s after the switch: {watched['problem']}; "
            f"{what_now}"
        )
    logger.info(
        "%s of %s requests failed while the %s was watched; 95 of 100 were answered within %s ms",
        watched["failed"],
        watched["requests"],
        side,
        watched["p95_ms"],
    )
    return watched


def is_lost(attempts: list[Attempt], most_failed: float) -> bool:
    """Say whether more has failed already than may fail in the whole watch: customers need not wait for its end."""
    return sum(not attempt.is_ok for attempt in attempts) > most_failed


def judge_watch(attempts: list[Attempt], limits: Cutover) -> dict[str, Any]:
    """Return the numbers of a watch, and what is no good about it, if anything; no requests at all are no good."""
    failed = [attempt for attempt in attempts if not attempt.is_ok]
    share = len(failed) / len(attempts) if attempts else 1.0
    slowest = p95_ms(attempts)
    watched = {
        "requests": len(attempts),
        "failed": len(failed),
        "failed_share": round(share, 4),
        "last_failure": f"{failed[-1].kind} {failed[-1].answer}" if failed else None,
        "p95_ms": None if slowest is None else round(slowest, 1),
    }
    return {**watched, "problem": _problem(watched, share, slowest, limits)}


def p95_ms(attempts: list[Attempt]) -> float | None:
    """Return within how many milliseconds 95 of 100 good answers came, or None when there was none."""
    times = sorted((attempt.finished - attempt.started) * 1000 for attempt in attempts if attempt.is_ok)
    return times[math.ceil(len(times) * 0.95) - 1] if times else None


def _problem(watched: dict[str, Any], share: float, slowest: float | None, limits: Cutover) -> str | None:
    if share > limits.most_failed_share or not watched["requests"]:
        return (
            f"{watched['failed']} of {watched['requests']} requests failed, allowed are {limits.most_failed_share:.1%} "
            f"(most_failed_share); last failure: {watched['last_failure']}"
        )
    if limits.slowest_p95_ms is not None and slowest is not None and slowest > limits.slowest_p95_ms:
        return f"95 of 100 answers took up to {slowest:.0f} ms, allowed are {limits.slowest_p95_ms:g} ms (slowest_p95_ms)"
    return None


def _await_answer(run: MigrationRun) -> None:
    """Wait until pods that were just started serve a read and a write, as another client than the one that counts."""
    settings = run.definition.front_door.probe
    ends = time.monotonic() + NAME_SECONDS
    with FrontDoorClient(settings, f"{run.short_id}-wait-{int(time.time())}") as client:
        for number in itertools.count(1):
            attempts = [client.attempt("read", None), client.attempt("write", number)]
            failed = next((attempt for attempt in attempts if not attempt.is_ok), None)
            if failed is None:
                return
            if time.monotonic() >= ends:
                raise WatchFailedError(
                    f"front door {settings.url}: the source does not serve {NAME_SECONDS:.0f} s after it was started; last failure: "
                    f"{failed.kind} {failed.answer}; look at its pods and events"
                )
            time.sleep(POLL_SECONDS)


def _await_name(run: MigrationRun, client: FrontDoorClient, side: Side) -> None:
    """Wait until the name is known to lead to a side; behind a load balancer that stays it always leads to this one."""
    if run.definition.front_door.dns is None:
        return
    wanted = set(service_addresses(run, side))
    ends = time.monotonic() + NAME_SECONDS
    while True:
        try:
            address = client.address()
        except OSError:
            address = ""
        if address in wanted or not all(_is_number(one) for one in wanted):
            return
        if time.monotonic() >= ends:
            raise WatchFailedError(
                f"front door {run.definition.front_door.probe.url}: its name leads to {address or 'nothing'} instead of "
                f"{', '.join(sorted(wanted)) or f'the {side}'}; check the resolver of the Airflow worker"
            )
        time.sleep(POLL_SECONDS)


def _is_number(address: str) -> bool:
    return address.replace(".", "").isdigit() or ":" in address
