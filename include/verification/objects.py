"""Compare every planned object of the target with what the source's would be there."""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.adaptation.context import context_of
from include.adaptation.pipeline import adapt
from include.errors import ClusterError, ProofError
from include.inventory.store import Inventory, load_inventory
from include.ledger import Proof
from include.planning.model import PlanItem, load_plan
from include.progress import Progress
from include.verification.comparing import CONFIDENTIAL_KINDS, compare, fingerprint
from include.verification.normalizing import drop_marks, normalize
from include.verification.records import PHASE, record

if TYPE_CHECKING:
    from include.clusters import Cluster
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

WORKERS = 8
METHOD = "every field of the adapted object"
MOST_DIFFERENCES = 10

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Comparison:
    """Hold what comparing one object showed; no differences means equal."""

    expected: str
    actual: str | None
    differences: tuple[str, ...]


def verify_objects(run: MigrationRun) -> int:
    """Compare each planned object with the target's; return how many were compared.

    The expected form is the inventoried object sent through the adaptation rules. Held and released
    workloads count alike.

    :raises ProofError: with every object that is missing or differs.
    """
    items = load_plan(run.ledger).items(PHASE, "object")
    inventory = load_inventory(run.ledger)
    context = context_of(run, inventory)
    autoscaled = autoscaled_workloads(inventory)
    with (
        ThreadPoolExecutor(WORKERS) as pool,
        Progress(len(items), 0, logger, noun="objects compared") as progress,
    ):

        def verify(item: PlanItem) -> str | None:
            started = time.monotonic()
            expected, _ = adapt(inventory.by_key[item.key], context)
            live = read_target(run.target, expected)
            result = compare_object(expected, live, run.secrets_key, is_autoscaled=item.key in autoscaled)
            problem = _record(run, item, result, time.monotonic() - started)
            progress.add(items=1)
            return problem

        problems = [problem for problem in pool.map(verify, items) if problem]
    if problems:
        raise ProofError(problems, "objects differ on the target")
    return len(items)


def compare_object(
    expected: Manifest, actual: Manifest | None, key: bytes, *, is_autoscaled: bool = False
) -> Comparison:
    """Compare one adapted object with the live one of the target, None when it is not there.

    :param key: the one that the inventory's hashes of Secrets were made with.
    """
    wanted = normalize(expected, key)
    if actual is None:
        return Comparison(fingerprint(wanted), None, ("it is not there",))
    seen = drop_marks(normalize(actual, key), wanted)
    if is_autoscaled:
        for one in (wanted, seen):
            (one.get("spec") or {}).pop("replicas", None)
    with_values = expected.get("kind") not in CONFIDENTIAL_KINDS
    differences = tuple(found.text(with_values=with_values) for found in compare(wanted, seen))
    return Comparison(fingerprint(wanted), fingerprint(seen), differences)


def read_target(target: Cluster, obj: Manifest) -> Manifest | None:
    """Return the live object of the target, or None when it or its kind is not there."""
    try:
        return target.find(target.path_of(obj))
    except ClusterError as error:
        if error.status == 404:
            return None
        raise


def autoscaled_workloads(inventory: Inventory) -> set[str]:
    """Return the keys of workloads whose replicas a HorizontalPodAutoscaler chooses."""
    found: set[str] = set()
    for scaler in inventory.objects("HorizontalPodAutoscaler"):
        reference = (scaler.get("spec") or {}).get("scaleTargetRef") or {}
        for obj in inventory.objects(reference.get("kind"), scaler["metadata"].get("namespace")):
            if obj["metadata"]["name"] == reference.get("name"):
                found.add(inventory.key_of(obj))
    return found


def _record(run: MigrationRun, item: PlanItem, result: Comparison, seconds: float) -> str | None:
    is_equal = not result.differences
    shown = list(result.differences[:MOST_DIFFERENCES])
    proof = Proof(
        method=METHOD,
        source=result.expected,
        target=result.actual if is_equal else {"sha256": result.actual, "differences": shown},
        equal=is_equal,
    )
    return record(run, item, proof, seconds, f"{item.source}, target cluster: {'; '.join(shown)}")
