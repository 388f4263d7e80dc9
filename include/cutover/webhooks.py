"""Set up the admission webhooks that the migrated namespaces serve, and put them away again.

A webhook whose pods do not answer refuses the writes it watches over. So it comes last, after the switch, and is put away
before anything is restored anew.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from typing import TYPE_CHECKING, Any

from include.adaptation.rules.server_fields import normalized
from include.errors import ProofError
from include.inventory.store import load_inventory
from include.labels import RESTORED
from include.ledger import Proof
from include.planning.model import PlanItem, load_plan
from include.proofs import settle_item

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

PHASE = "cutover"
ANSWER_SECONDS = 120.0
# cert-manager puts the authority in and changes it: cert-manager.io/docs/concepts/ca-injector
INJECTED = ("cert-manager.io/inject-ca-from", "cert-manager.io/inject-ca-from-secret")

Manifest = dict[str, Any]


def apply_webhooks(run: MigrationRun) -> int:
    """Set up each configuration once its Services answer, and read it back; return how many there are.

    :raises ProofError: with every one whose Service does not answer, or which arrived otherwise.
    """
    planned = _planned(run)
    problems = [problem for row, source in planned if (problem := _apply(run, row, source))]
    if problems:
        raise ProofError(problems, "admission webhooks")
    return len(planned)


def put_webhooks_away(run: MigrationRun) -> None:
    """Remove from the target what an earlier migration set up: while workloads are held, it would refuse the restore."""
    for row, source in _planned(run):
        path = run.target.path_of(source)
        if RESTORED in _labels(run.target.find(path)):
            run.target.delete(path)
            logger.info("%s, target cluster: is put away until the switch", row.target)


def _planned(run: MigrationRun) -> list[tuple[PlanItem, Manifest]]:
    """Return the plan's rows with their objects; the inventory is read for them once, and not at all without any."""
    rows = load_plan(run.ledger).items(PHASE, "webhook")
    known = load_inventory(run.ledger).by_key if rows else {}
    return [(row, known[row.key]) for row in rows]


def _apply(run: MigrationRun, row: PlanItem, source: Manifest) -> str | None:
    started, path = time.monotonic(), run.target.path_of(source)
    before = run.target.find(path)
    silent = _silent_services(run, row)
    if not silent and (before is None or RESTORED in _labels(before)):
        run.target.apply(_as_restored(source, run.short_id))
    seen = run.target.find(path)
    proof = Proof(
        method="configuration read back, Services answering",
        source=_told(source),
        target=_told(seen) if seen else None,
        equal=not silent and seen is not None and _compared(seen) == _compared(source),
    )
    is_same = before is not None and _compared(before) == _compared(source)
    problem = settle_item(
        run,
        row,
        proof,
        f"{row.target}, target cluster: {_problem(silent, seen)}",
        action="already_equal" if is_same else "copied",
        seconds=time.monotonic() - started,
    )
    if problem is None:
        logger.info("%s is set up on the target", row.target)
    return problem


def _problem(silent: list[str], seen: Manifest | None) -> str:
    if silent:
        return (
            f"is not set up, for Service {', '.join(silent)} has no ready pod and it would refuse writes; when it has, run again, "
            "or apply the configuration"
        )
    if RESTORED not in _labels(seen):
        return (
            "was not made by a migration and stays as it is, but differs from the source's; compare the two"
        )
    return "differs from the source's; something on the target changes it"


def _silent_services(run: MigrationRun, row: PlanItem) -> list[str]:
    return [service for service in row.details["services"] if not _answers(run, service)]


def _answers(run: MigrationRun, service: str) -> bool:
    """Wait for a ready pod behind the Service."""
    namespace, _, name = service.partition("/")
    path = f"/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices"
    deadline = time.monotonic() + ANSWER_SECONDS
    while True:
        slices = run.target.list(path, labelSelector=f"kubernetes.io/service-name={name}")
        if any(_is_ready(end) for one in slices for end in one.get("endpoints") or []):
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(1)


def _is_ready(endpoint: Manifest) -> bool:
    return bool((endpoint.get("conditions") or {}).get("ready"))


def _as_restored(source: Manifest, run_name: str) -> Manifest:
    kept = normalized(source)
    labels = {**(kept["metadata"].get("labels") or {}), RESTORED: run_name}
    return {**kept, "metadata": {**kept["metadata"], "labels": labels}}


def _compared(obj: Manifest) -> list[Manifest]:
    """Return what has to be equal: the hooks, without an authority that a program keeps up to date."""
    annotations = obj["metadata"].get("annotations") or {}
    left_out = {"caBundle"} if any(name in annotations for name in INJECTED) else set()
    return [
        {
            **hook,
            "clientConfig": {k: v for k, v in (hook.get("clientConfig") or {}).items() if k not in left_out},
        }
        for hook in obj.get("webhooks") or []
    ]


def _told(obj: Manifest) -> str:
    """Return what a person reads in the report: the names, and a hash of what is compared."""
    hooks = _compared(obj)
    text = json.dumps(hooks, sort_keys=True).encode()
    return f"{', '.join(str(hook.get('name')) for hook in hooks)} (sha256 {hashlib.sha256(text).hexdigest()[:16]})"


def _labels(obj: Manifest | None) -> dict[str, str]:
    return ((obj or {}).get("metadata") or {}).get("labels") or {}
