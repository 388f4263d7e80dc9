"""Make every check of the definition; keep what the source answers, and how long both sides take."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from include.connections.access import Side
from include.errors import LedgerError, ProofError
from include.ledger import Proof
from include.planning.model import PlanItem, load_plan
from include.verification.checks.comparison import Comparison, read_comparison, write_comparison
from include.verification.checks.http import HttpProbe
from include.verification.checks.inside import InnerTcpProbe, ServiceTransport
from include.verification.checks.job import JobProbe
from include.verification.checks.latencies import Latencies, measure
from include.verification.checks.probe import NoAnswerError, Probe, is_same
from include.verification.checks.sql import SqlProbe
from include.verification.checks.tcp import TcpProbe
from include.verification.records import PHASE, record

if TYPE_CHECKING:
    from include.definition import Check
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

WORKERS = 4
# A load balancer may need a moment to see pods that have just become ready.
PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Setting:
    """Say how the checks are made.

    :param addresses: IP (or IP:port) of the load balancer of the front door's Service, of the sides that have one.
    :param compares: whether the source is asked and latencies are measured; not while customers wait.
    """

    addresses: Mapping[Side, str]
    compares: bool
    patience_seconds: float


def run_checks(
    run: MigrationRun,
    addresses: Mapping[Side, str],
    *,
    compares: bool = False,
    patience_seconds: float = PATIENCE_SECONDS,
) -> int:
    """Make every check of the definition against the target; return how many were made.

    Without comparing, each is asked of the target alone: what the source answered before is known from the ledger, and checks
    that take a pod are not made again.

    :param addresses: IP (or IP:port) of the load balancer of the front door's Service on each side.
    :raises ProofError: with every check that failed.
    """
    setting = Setting(addresses, compares, patience_seconds)
    checks = [check for check in run.definition.checks if compares or not _takes_a_pod(run, check)]
    items = _items(run, checks)

    def make(check: Check) -> str | None:
        return _make(run, check, items[check.name], setting)

    with ThreadPoolExecutor(WORKERS) as pool:
        problems = [problem for problem in pool.map(make, checks) if problem]
    if problems:
        raise ProofError(problems, "checks failed on the target")
    logger.info("All %s checks are satisfied", len(checks))
    return len(checks)


def open_probe(run: MigrationRun, check: Check, addresses: Mapping[Side, str]) -> Probe:
    """Return what asks for a check; nothing is asked yet."""
    if check.http is not None:
        url = run.definition.front_door.probe.url
        if run.is_rehearsal:
            inside: Mapping[Side, str] = {**addresses, "target": str(httpx.URL(url).host)}
            return HttpProbe(check.http, url, inside, ServiceTransport(run))
        return HttpProbe(check.http, url, addresses)
    if check.sql is not None:
        return SqlProbe(run, check.sql)
    if check.tcp is not None:
        return (InnerTcpProbe if _is_inside(run, check) else TcpProbe)(run, check.tcp)
    if check.job is not None:
        return JobProbe(run, check.job)
    raise LedgerError(f"check {check.name} of the recorded definition says nothing to check")


def _is_inside(run: MigrationRun, check: Check) -> bool:
    return run.is_rehearsal and check.tcp is not None and check.tcp.service is not None


def _takes_a_pod(run: MigrationRun, check: Check) -> bool:
    return check.job is not None or _is_inside(run, check)


def _items(run: MigrationRun, checks: list[Check]) -> dict[str, PlanItem]:
    items = {item.details["name"]: item for item in load_plan(run.ledger).items(PHASE, "check")}
    missing = [check.name for check in checks if check.name not in items]
    if missing:
        raise LedgerError(f"checks {', '.join(missing)} are not in the plan; plan again")
    return items


def _make(run: MigrationRun, check: Check, item: PlanItem, setting: Setting) -> str | None:
    started = time.monotonic()
    with closing(open_probe(run, check, setting.addresses)) as probe:
        source = _source(run, check, probe, compares=setting.compares)
        expected = probe.expected(source)
        found = _patiently(probe, expected, setting.patience_seconds)
        latencies = measure(probe, check.latency.requests) if setting.compares else None
    problem = None if is_same(found, expected) else f"expected {expected}, found {found}"
    slow = _slowness(check, latencies) if problem is None else None
    if setting.compares:
        write_comparison(run.ledger, _comparison(check, source, latencies, is_slow=slow is not None))
    if slow and check.latency.otherwise == "failure":
        problem = slow
    proof = Proof(
        method=check.method,
        source=expected if source is None else source,
        target=found,
        equal=problem is None,
    )
    return record(
        run, item, proof, time.monotonic() - started, f"check {check.name}, target: {problem}", note=slow
    )


def _source(run: MigrationRun, check: Check, probe: Probe, *, compares: bool) -> Any:
    """Return what the source answers, or did before it was stopped; None when it was never asked or gave no answer."""
    if not compares:
        known = read_comparison(run.ledger, check.name)
        return known.source if known else None
    if "source" not in probe.sides:
        return None
    try:
        return probe.ask("source")
    except NoAnswerError as error:
        logger.warning("Check %s, source: no answer: %s", check.name, error)
        return None


def _patiently(probe: Probe, expected: Any, patience_seconds: float) -> Any:
    ends = time.monotonic() + patience_seconds
    while True:
        found = _found(probe)
        if is_same(found, expected) or time.monotonic() >= ends or not probe.sides:
            return found
        time.sleep(min(1.0, max(patience_seconds / 10, 0.01)))


def _found(probe: Probe) -> Any:
    try:
        return probe.ask("target")
    except NoAnswerError as error:
        return f"no answer: {error}"


def _slowness(check: Check, latencies: Latencies | None) -> str | None:
    if latencies is None or latencies.source is None or not latencies.is_slow(check.latency):
        return None
    return (
        f"95 of 100 answers come within {latencies.source.p95 * 1000:.0f} ms on the source and {latencies.target.p95 * 1000:.0f} ms "
        f"on the target: {latencies.ratio} times as long, more than {check.latency.slowest_ratio:g}; look at requests and limits "
        "of its pods, at its nodes, and at how far they are from the database"
    )


def _comparison(check: Check, source: Any, latencies: Latencies | None, *, is_slow: bool) -> Comparison:
    return Comparison(
        name=check.name,
        method=check.method,
        source=source,
        latencies=latencies,
        limit=check.latency.slowest_ratio,
        is_slow=is_slow,
    )
