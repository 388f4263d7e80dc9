"""Check the functions the definition names: requests to the front door's Service and queries to the databases."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from include.addressing import origin, request_at
from include.engines import mask
from include.errors import LedgerError, ProofError, TemporaryError, shorten
from include.ledger import Proof
from include.planning.database_client import open_database
from include.planning.model import PlanItem, load_plan
from include.verification.records import PHASE, record

if TYPE_CHECKING:
    from include.definition import Check, HttpCheck, SqlCheck
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

WORKERS = 4
TIMEOUT_SECONDS = 10.0
# A load balancer may need a moment to see pods that have just become ready.
PATIENCE_SECONDS = 30.0
READ_ONLY = {
    "postgresql": "set default_transaction_read_only = on",
    "mariadb": "set session transaction read only",
}


@dataclass(frozen=True)
class Outcome:
    """Hold what a check expected and found."""

    method: str
    expected: Any
    found: Any
    is_equal: bool


def run_checks(run: MigrationRun, address: str, *, patience_seconds: float = PATIENCE_SECONDS) -> int:
    """Make every check of the definition against the target; return how many there are.

    :param address: IP (or IP:port) of the load balancer of the front door's Service on the target.
    :raises ProofError: with every check that failed.
    """
    items = {item.details["name"]: item for item in load_plan(run.ledger).items(PHASE, "check")}
    checks = run.definition.checks
    missing = [check.name for check in checks if check.name not in items]
    if missing:
        raise LedgerError(f"checks {', '.join(missing)} are not in the plan; plan again")

    def make(check: Check) -> str | None:
        return _check(run, check, items[check.name], address, patience_seconds)

    with ThreadPoolExecutor(WORKERS) as pool:
        problems = [problem for problem in pool.map(make, checks) if problem]
    if problems:
        raise ProofError(problems, "checks failed on the target")
    logger.info("All %s checks are satisfied", len(checks))
    return len(checks)


def _check(run: MigrationRun, check: Check, item: PlanItem, address: str, patience: float) -> str | None:
    started = time.monotonic()
    outcome = _patiently(lambda: make_check(run, check, address), patience)
    proof = Proof(
        method=outcome.method, source=outcome.expected, target=outcome.found, equal=outcome.is_equal
    )
    problem = f"check {check.name}, target: expected {outcome.expected}, found {outcome.found}"
    return record(run, item, proof, time.monotonic() - started, problem)


def _patiently(make: Callable[[], Outcome], patience_seconds: float) -> Outcome:
    ends = time.monotonic() + patience_seconds
    while True:
        outcome = make()
        if outcome.is_equal or time.monotonic() >= ends:
            return outcome
        time.sleep(min(1.0, max(patience_seconds / 10, 0.01)))


def make_check(run: MigrationRun, check: Check, address: str) -> Outcome:
    """Make one check once."""
    if check.http is not None and run.is_rehearsal:
        return _check_inside(run, check.http)
    if check.http is not None:
        with httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            return check_http(client, check.http, run.definition.front_door.probe.url, address)
    if check.sql is not None:
        return _check_sql(run, check.sql)
    return Outcome("nothing to check", None, None, False)


def check_http(client: httpx.Client, check: HttpCheck, front_door: str, address: str) -> Outcome:
    """Request a path from the load balancer under the front door's name.

    :param front_door: URL customers use; its scheme, name and port are kept, its address is not looked up.
    """
    return _outcome(check, lambda: client.get(**request_at(origin(front_door), address, check.path)))


def _check_inside(run: MigrationRun, check: HttpCheck) -> Outcome:
    """Request a path from the front door's Service by way of the API server: a rehearsal's has no load balancer."""
    namespace, _, service = run.definition.front_door.service.partition("/")
    url = httpx.URL(run.definition.front_door.probe.url)
    port = url.port or (443 if url.scheme == "https" else 80)
    return _outcome(
        check, lambda: run.target.ask_service(namespace, service, port, check.path, TIMEOUT_SECONDS)
    )


def _outcome(check: HttpCheck, ask: Callable[[], httpx.Response]) -> Outcome:
    expected = {"status": check.status, **({"contains": check.contains} if check.contains else {})}
    method = f"GET {check.path}"
    try:
        answer = ask()
    except (httpx.TransportError, TemporaryError) as error:
        return Outcome(
            method, expected, f"no answer: {type(error).__name__} {shorten(str(error), 120)}", False
        )
    found: dict[str, Any] = {"status": answer.status_code}
    if check.contains:
        found["contains"] = check.contains if check.contains in answer.text else shorten(answer.text, 120)
    return Outcome(method, expected, found, found == expected)


def _check_sql(run: MigrationRun, check: SqlCheck) -> Outcome:
    database = next(row for row in run.definition.databases if row.name == check.database)
    access = run.connections.target_database(database)
    method = f"SQL on {check.database}"
    try:
        with open_database(access, database.database) as cursor:
            cursor.execute(READ_ONLY[access.engine])
            cursor.execute(check.query)
            row = cursor.fetchone()
    except Exception as error:  # each driver has an exception tree of its own
        text = shorten(mask(str(error), [access.password]), 160)
        return Outcome(method, check.expect, f"{type(error).__name__}: {text}", False)
    found = sql_text(row[0]) if row else "no row"
    return Outcome(method, check.expect, found, found == check.expect)


def sql_text(value: Any) -> str:
    """Return a value as a definition would write it: true and false, null, plain numbers."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.decode() if isinstance(value, bytes) else str(value)
