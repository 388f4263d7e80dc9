"""Prove that each image in the target registry has the configs and layers the source cluster runs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from include.engines import run_side_by_side
from include.errors import ProofError
from include.images.contents import ImageContents
from include.images.copying import PHASE, planned_images, same_contents
from include.images.registries import OpenRegistries, open_registries
from include.ledger import Proof
from include.planning.model import PlanItem
from include.progress import Progress
from include.proofs import settle_proof

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

METHOD = "config and layer digests of every platform, read back from both registries"
THREADS = 4


def prove_images(run: MigrationRun, keys: list[str]) -> int:
    """Compare configs and layers of the planned images in both registries; return how many are equal.

    The source is read by the digest the cluster runs, whatever its tag has come to mean since.

    :raises ProofError: with every image that is missing or differs.
    """
    items = planned_images(run, keys)
    references = [item.details["source_reference"] for item in items]
    with (
        open_registries(run, references) as registries,
        Progress(len(items), 0, logger, noun="images proved") as progress,
    ):

        def prove(item: PlanItem) -> str | None:
            problem = _prove(run, registries, item)
            progress.add(items=1)
            return problem

        problems = [problem for problem in run_side_by_side(prove, items, THREADS) if problem]
    if problems:
        raise ProofError(problems, "images differ in the target registry")
    return len(items)


def _prove(run: MigrationRun, registries: OpenRegistries, item: PlanItem) -> str | None:
    source = registries.contents(item.details["source_reference"])
    target = registries.contents(item.details["target_reference"])
    proof = Proof(
        method=METHOD,
        source=_summary(source),
        target=_summary(target),
        equal=source is not None and same_contents(source, target),
    )
    where = "the source" if source is None else "the target"
    missing = source is None or target is None
    what = f"{where} does not have it" if missing else "configs or layers differ"
    problem = (
        f"image {item.key}: {what} ({item.details['target_reference']}); "
        "copy it again, and check that nothing else writes to the organization"
    )
    return settle_proof(run, PHASE, item.key, proof, problem)


def _summary(contents: ImageContents | None) -> dict[str, Any] | None:
    """Leave the digest of the manifest out: it may differ by media types alone."""
    return None if contents is None else {"platforms": contents.platforms, "bytes": contents.size}
