"""Prove that each image in the target registry has the configs and layers the source cluster runs."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from include.engines import run_side_by_side
from include.errors import ProofError
from include.images.arriving import arriving
from include.images.contents import ImageContents, contents_of
from include.images.copying import same_contents
from include.images.digests import read_digest
from include.images.manifests import Manifest
from include.images.planned import PHASE, expected_digest, planned_images
from include.images.registries import OpenRegistries, open_registries
from include.inventory.references import Reference, parse_reference
from include.ledger import Proof
from include.planning.model import PlanItem
from include.progress import Progress
from include.proofs import settle_proof

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

METHOD = "config and layer digests of every chosen platform, read back from both registries"
BY_DIGEST = (
    "config and layer digests of every chosen platform, read back from the target: its manifests are byte for byte those that "
    "the plan made of the source's"
)
THREADS = 8


def prove_images(run: MigrationRun, keys: list[str]) -> int:
    """Compare configs and layers of the planned images in both registries; return how many are equal.

    The target is always read. The plan knows the digest that its manifests must have, because it made them of the source's;
    where they have another one the source is read again, too, by the digest the cluster runs. What the definition leaves out
    is not compared; what was copied along must be there under its digest.

    :raises ProofError: with every image that is missing or differs.
    """
    items = planned_images(run, keys)
    references = [item.details["source_reference"] for item in items]
    with (
        open_registries(run, references) as registries,
        Progress(
            len(items),
            0,
            logger,
            noun="images proved",
            record=partial(run.ledger.record_progress, PHASE, "proof"),
        ) as progress,
    ):

        def prove(item: PlanItem) -> str | None:
            problem = _prove(run, registries, item)
            progress.add(items=1)
            return problem

        problems = [problem for problem in run_side_by_side(prove, items, THREADS) if problem]
        registries.nodes.remove({node for item in items for node in item.details.get("nodes") or []})
    if problems:
        raise ProofError(problems, "images differ in the target registry")
    return len(items)


def _prove(run: MigrationRun, registries: OpenRegistries, item: PlanItem) -> str | None:
    there = registries.target.manifest(parse_reference(item.details["target_reference"]))
    is_planned = there is not None and there.is_consistent and there.digest == expected_digest(item)
    wanted = there if is_planned else _wanted(run, registries, item)
    source, target = _contents(wanted), _contents(there)
    copied, kept = _referrers(run, registries, item)
    proof = Proof(
        method=BY_DIGEST if is_planned else METHOD,
        source=_summary(source, copied),
        target=_summary(target, kept),
        equal=source is not None and same_contents(source, target) and copied == kept,
    )
    where = "the source" if source is None else "the target"
    missing = source is None or target is None
    what = f"{where} does not have it" if missing else "configs, layers or referrers differ"
    problem = (
        f"image {item.key}: {what} ({item.details['target_reference']}); "
        "copy it again, and check that nothing else writes to the organization"
    )
    return settle_proof(run, PHASE, item.key, proof, problem)


def _wanted(run: MigrationRun, registries: OpenRegistries, item: PlanItem) -> Manifest | None:
    reference = parse_reference(item.details["source_reference"])
    manifest = registries.source_of(item).registry.manifest(reference)
    return arriving(manifest, run.definition.images).manifest if manifest else None


def _contents(manifest: Manifest | None) -> ImageContents | None:
    return contents_of(manifest) if manifest else None


def _referrers(run: MigrationRun, registries: OpenRegistries, item: PlanItem) -> tuple[list[str], list[str]]:
    """Return what was copied along, and what of it the target has."""
    record = read_digest(run.ledger, item.key)
    copied = record.referrers if record else []
    target = parse_reference(item.details["target_reference"])

    def is_there(name: str) -> bool:
        tag, digest = ("", name) if ":" in name else (name, "")
        return (
            registries.target.digest(Reference(target.registry, target.repository, tag, digest)) is not None
        )

    return copied, [name for name in copied if is_there(name)]


def _summary(contents: ImageContents | None, referrers: list[str]) -> dict[str, Any] | None:
    """Leave the digest of the manifest out: it may differ by media types alone."""
    if contents is None:
        return None
    found: dict[str, Any] = {"platforms": contents.platforms, "bytes": contents.size}
    return {**found, "referrers": referrers} if referrers else found
