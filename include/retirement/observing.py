"""Watch the fenced source for a while, and prove that nobody is served, logged in or writing there."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.cutover.workloads import living_pods, name_of
from include.errors import MigrationError, ProofError, TemporaryError, shorten
from include.ledger import Proof
from include.objects.catalog import open_catalog
from include.objects.jobs import PHASE as BUCKET_PHASE
from include.objects.jobs import BucketJob, open_job, store_errors
from include.objects.listing import list_into
from include.planning.model import load_plan
from include.retirement.fencing import ask_source
from include.retirement.quiet_databases import DatabaseWatch
from include.retirement.records import record

if TYPE_CHECKING:
    from collections.abc import Generator

    from include.run import MigrationRun

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_LOOKS = 2.0
MOST_NAMED = 5
# The controller of Services fills these; what somebody fills by hand leads elsewhere.
OURS = "endpointslice-controller.k8s.io"
MANAGER = "endpointslice.kubernetes.io/managed-by"


@dataclass(frozen=True)
class Quiet:
    """Hold what was expected and found of one part of the source, and what speaks against its being quiet."""

    name: str
    method: str
    expected: dict[str, Any]
    found: dict[str, Any]
    problem: str


def observe_source(run: MigrationRun) -> int:
    """Watch the source for the definition's seconds; return how many parts of it were proved to be quiet.

    :raises ProofError: with everything that is not quiet: who is logged in, what was written, who answers.
    """
    started = time.monotonic()
    found = [*_watch(run), *_buckets(run), _cluster(run)]
    problems = []
    for part in found:
        proof = Proof(
            method=part.method, source=part.expected, target=part.found, equal=part.expected == part.found
        )
        seconds = time.monotonic() - started
        left = record(run, f"quiet/{part.name}", part.name, "nobody uses it", proof, seconds, part.problem)
        problems += [left] if left else []
    if problems:
        raise ProofError(problems, "the source is not quiet")
    logger.info("Nobody uses the source: %s parts were looked at", len(found))
    return len(found)


def _watch(run: MigrationRun) -> Iterator[Quiet]:
    """Watch what can only be seen while it happens: requests that are answered, sessions, rows that are written."""
    seconds = run.definition.retirement.observe_seconds
    watches = {one.name: _begin(run, one) for one in run.definition.databases}
    ends, asked, answered = time.monotonic() + seconds, 0, 0
    while True:
        more_asked, more_answered = ask_source(run)
        asked, answered = asked + more_asked, answered + more_answered
        logger.info("%s requests to the source, %s answered", asked, answered)
        if time.monotonic() >= ends:
            break
        time.sleep(SECONDS_BETWEEN_LOOKS)
        for name, watch in watches.items():
            with _server_errors(name):
                watch.look()
    yield Quiet(
        "front door of the source",
        f"requests to its load balancer, for {seconds:g} s",
        {"answered": 0},
        {"answered": answered},
        f"the source's load balancer answered {answered} of {asked} requests; find out what still serves",
    )
    for name, watch in watches.items():
        with _server_errors(name):
            yield _database(name, watch, seconds)


def _begin(run: MigrationRun, database: Any) -> DatabaseWatch:
    with _server_errors(database.name):
        return DatabaseWatch(run.connections.database(database.source, database.engine), database.database)


def _database(name: str, watch: DatabaseWatch, seconds: float) -> Quiet:
    watch.look()
    written, sessions = watch.written(), sorted(watch.sessions)
    told = [f"logged in: {'; '.join(sessions[:MOST_NAMED])}"] if sessions else []
    told += [f"written: {written}"] if written else []
    return Quiet(
        f"database {name} of the source",
        f"sessions, and counters of rows, for {seconds:g} s",
        {"sessions": [], "written": ""},
        {"sessions": sessions[:MOST_NAMED], "written": written},
        f"database {name}, source server {watch.access.address}: {', '.join(told)}; end it, or move it to the target",
    )


def _buckets(run: MigrationRun) -> Iterator[Quiet]:
    for item in load_plan(run.ledger).items(BUCKET_PHASE, "bucket"):
        yield _bucket(open_job(run, item.key))


def _bucket(job: BucketJob) -> Quiet:
    """Compare the bucket's listing with that of its last copy, while the writers stood still."""
    last = job.read_record()
    with store_errors(job), open_catalog() as catalog:
        list_into(catalog, {"source": job.places()["source"]})
        totals = catalog.totals("source")
    newest = totals.newest.isoformat() if totals.newest else None
    expected = (
        {"objects": last.objects, "bytes": last.bytes, "newest": last.newest} if last else {"copied": True}
    )
    return Quiet(
        f"bucket {job.bucket.name} of the source",
        "objects, bytes and the youngest date, against those of the last copy",
        expected,
        {"objects": totals.objects, "bytes": totals.bytes, "newest": newest},
        f"{job.label}, source: has {totals.objects} objects, the youngest of {newest}, and is not as it was copied last; find out "
        "who writes there, and bring to the target what is missing",
    )


def _cluster(run: MigrationRun) -> Quiet:
    namespaces = run.definition.source.namespaces
    pods = [name_of({**pod, "kind": "Pod"}) for pod in living_pods(run.source, namespaces)]
    services = [name for namespace in namespaces for name in _serving(run, namespace)]
    return Quiet(
        "namespaces of the source",
        "pods, and ready endpoints of Services, which Ingresses lead to",
        {"pods": [], "services": []},
        {"pods": pods[:MOST_NAMED], "services": services[:MOST_NAMED]},
        f"source cluster: runs {', '.join(pods[:MOST_NAMED]) or 'no pods'} and serves "
        f"{', '.join(services[:MOST_NAMED]) or 'no Service'}; find out who starts it",
    )


def _serving(run: MigrationRun, namespace: str) -> Iterator[str]:
    """Yield the Services of a namespace behind which something is ready."""
    for one in run.source.list(f"/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices"):
        labels = one["metadata"].get("labels") or {}
        ready = [
            row
            for row in one.get("endpoints") or []
            if (row.get("conditions") or {}).get("ready") is not False
        ]
        if labels.get(MANAGER) == OURS and ready:
            yield f"{namespace}/{labels.get('kubernetes.io/service-name')}"


@contextmanager
def _server_errors(name: str) -> Generator[None]:
    """Turn a driver's error into one that is tried again: a server that does not answer proves nothing."""
    try:
        yield
    except MigrationError:
        raise
    except Exception as error:  # each driver has an exception tree of its own
        raise TemporaryError(
            f"database {name}, source: cannot be watched ({type(error).__name__}: {shorten(str(error), 160)}); make its "
            "server answer, and give the connection's user the right to see sessions and counters"
        ) from error
