"""Make sure that the source serves nobody and writes nothing, and prove it."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

import httpx

from include.addressing import request_at
from include.cutover.front_door import is_traffic_on_target
from include.cutover.quiescing import PODS_GONE_SECONDS, await_no_pods
from include.cutover.redirecting import end_redirect
from include.cutover.service import service_addresses
from include.cutover.workloads import BY_CLOCK, RUNNING, hold_all, list_workloads, living_pods
from include.errors import PermanentError, ProofError
from include.ledger import Proof
from include.retirement.records import record

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

KEY = "fence/source"
REQUESTS = 10
SECONDS_BETWEEN = 0.5
TIMEOUT_SECONDS = 2.0


def fence_source(run: MigrationRun) -> None:
    """Hold everything in the source's migrated namespaces, and prove by requests that it no longer serves.

    :raises PermanentError: when the front door does not lead to the target.
    :raises ProofError: when the source still answers or still runs pods.
    """
    started = time.monotonic()
    if not is_traffic_on_target(run):
        raise PermanentError(
            f"{run.definition.front_door.title}: does not lead to the target; the source stays until it does"
        )
    # Answers of the DNS from before the cutover have ended long ago.
    end_redirect(run)
    namespaces = run.definition.source.namespaces
    for resources in (BY_CLOCK, RUNNING):
        hold_all(run.source, list_workloads(run.source, namespaces, resources))
    await_no_pods(run.source, namespaces, PODS_GONE_SECONDS)
    asked, answered = ask_source(run)
    pods = len(living_pods(run.source, namespaces))
    expected = {"requests": asked, "answered": 0, "pods": 0}
    found = {"requests": asked, "answered": answered, "pods": pods}
    proof = Proof(
        method="requests to the source's load balancer"
        if asked
        else "the source has no load balancer to ask any more",
        source=expected,
        target=found,
        equal=expected == found,
    )
    problem = f"source cluster: answered {answered} of {asked} requests and runs {pods} pods; find out what still serves"
    left = record(
        run,
        KEY,
        "source cluster",
        "nothing serves or writes there",
        proof,
        time.monotonic() - started,
        problem,
    )
    if left:
        raise ProofError(left, "the source is not fenced")
    logger.info("The source is fenced")


def ask_source(run: MigrationRun) -> tuple[int, int]:
    """Request the front door's read path from the source's load balancer; return how many were sent, and how many got a good
    answer.
    """
    probe = run.definition.front_door.probe
    addresses = service_addresses(run, "source")
    asked = REQUESTS if addresses else 0
    good = 0
    # Whether it answers is asked, not who it is: a certificate that does not fit is an answer, too.
    with httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False, verify=False) as client:  # ruff: ignore[request-with-no-cert-validation]
        for number in range(asked):
            address = addresses[number % len(addresses)]
            try:
                good += client.get(**request_at(probe.url, address, probe.read.path)).is_success
            except httpx.TransportError as error:
                logger.debug("The source does not answer: %s", error)
            time.sleep(SECONDS_BETWEEN)
    return asked, good
