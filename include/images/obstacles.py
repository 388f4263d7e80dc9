"""Images that pods run and that their registry does not have any more."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from include.images.registries import open_registries
from include.inventory.model import Finding, ImageUse, listed
from include.inventory.references import parse_reference
from include.planning.image_rows import READERS, pinned

if TYPE_CHECKING:
    from include.definition import Images
    from include.run import MigrationRun

RULE = "lost_image"
SEVERITIES = ("blocker", "warning")
WHY = "Nodes keep an image as long as a pod runs it; nodes of CCE have to pull it, and their pods end in ImagePullBackOff."


def image_findings(run: MigrationRun, images: list[ImageUse]) -> Iterator[Finding]:
    """Yield images that are gone from the registries that the definition names, with the nodes that have them.

    HEAD is enough to know it, and Docker Hub does not count it.

    :raises PermanentError: when a registry refuses.
    :raises TemporaryError: when a registry does not answer.
    """
    settings = run.definition.images
    known = [image for image in images if settings.source_of(parse_reference(image.reference).name)]
    with (
        open_registries(run, [image.reference for image in known]) as registries,
        ThreadPoolExecutor(READERS) as pool,
    ):

        def is_lost(image: ImageUse) -> bool:
            place = registries.source(parse_reference(image.reference))
            return place.registry.digest(pinned(image)) is None

        answers = list(pool.map(is_lost, known))
    for image, is_gone in zip(known, answers, strict=True):
        if is_gone:
            yield _taken(image) if is_taken_from_nodes(settings, image) else _finding(image)


def is_taken_from_nodes(settings: Images, image: ImageUse) -> bool:
    """Say whether a lost image is taken from the nodes that run it.

    One that objects name by digest is not: the target might get a part of an index, which has another digest.
    """
    is_named = "@" in image.reference
    return settings.lost == "take_from_nodes" and bool(image.nodes and image.digest) and not is_named


def _taken(image: ImageUse) -> Finding:
    return Finding(
        RULE,
        "warning",
        f"{image.reference} ({image.digest})",
        f"is not in its registry any more; it is taken from {listed(image.nodes)}",
        "keep a pod that runs it until it is copied: a node removes images that nothing uses; push the copy back if the source still "
        "has to start it anywhere else",
        why=WHY,
    )


def _finding(image: ImageUse) -> Finding:
    name = f"{image.reference} ({image.digest})" if image.digest else image.reference
    if image.nodes:
        remedy = (
            f"push it back from node {image.nodes[0]} (`ctr --namespace k8s.io images push`), let it be taken from there "
            f"(`images.lost: take_from_nodes`), or let {listed(image.used_by)} run an image that the registry has"
        )
        where = f"; {listed(image.nodes)} still have it"
    else:
        remedy, where = f"push it again, or remove {listed(image.used_by)}", " and no node runs it"
    return Finding(RULE, "blocker", name, f"is not in its registry any more{where}", remedy, why=WHY)
