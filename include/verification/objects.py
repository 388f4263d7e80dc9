"""Compare every planned object of the target with what the source's would be there."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.adaptation.context import context_of
from include.adaptation.pipeline import adapt
from include.batches import in_batches
from include.errors import ProofError
from include.inventory.store import Inventory, open_inventory
from include.ledger import Proof
from include.planning.model import PlanItem, each_row
from include.planning.planned_objects import planned_objects
from include.progress import Progress
from include.verification.comparing import CONFIDENTIAL_KINDS, compare, fingerprint
from include.verification.normalizing import drop_marks, normalize
from include.verification.records import PHASE, record
from include.verification.target_objects import with_live

if TYPE_CHECKING:
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
    count = sum(1 for _ in each_row(run.ledger, PHASE, "object"))
    inventory = open_inventory(run.ledger)
    autoscaled = autoscaled_workloads(inventory)
    pairs = with_live(run.target, _expected(run, inventory))
    problems: list[str] = []
    with (
        ThreadPoolExecutor(WORKERS) as pool,
        Progress(count, 0, logger, noun="objects compared") as progress,
    ):

        def verify(pair: tuple[PlanItem, Manifest, Manifest | None]) -> str | None:
            started = time.monotonic()
            item, expected, live = pair
            result = compare_object(expected, live, run.secrets_key, is_autoscaled=item.key in autoscaled)
            problem = _record(run, item, result, time.monotonic() - started)
            progress.add(items=1)
            return problem

        for batch in in_batches(pairs):
            problems += [problem for problem in pool.map(verify, batch) if problem]
    if problems:
        raise ProofError(problems, "objects differ on the target")
    return count


def _expected(run: MigrationRun, inventory: Inventory) -> Iterator[tuple[PlanItem, Manifest]]:
    context = context_of(run, inventory)
    for item, obj in planned_objects(run.ledger, inventory, PHASE):
        yield item, adapt(obj, context)[0]


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


def autoscaled_workloads(inventory: Inventory) -> set[str]:
    """Return the keys of workloads whose replicas a HorizontalPodAutoscaler chooses."""
    scaled: dict[str, set[tuple[str | None, str]]] = {}
    for scaler in inventory.each("HorizontalPodAutoscaler"):
        reference = (scaler.get("spec") or {}).get("scaleTargetRef") or {}
        place = (scaler["metadata"].get("namespace"), str(reference.get("name")))
        scaled.setdefault(str(reference.get("kind")), set()).add(place)
    return {
        inventory.key_of(obj)
        for kind, places in scaled.items()
        for obj in inventory.each(kind)
        if (obj["metadata"].get("namespace"), obj["metadata"]["name"]) in places
    }


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
