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
    from include.run import MigrationRun

RULE = "lost_image"
SEVERITIES = ("blocker",)
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
            yield _finding(image)


def _finding(image: ImageUse) -> Finding:
    name = f"{image.reference} ({image.digest})" if image.digest else image.reference
    if image.nodes:
        remedy = (
            f"push it back from node {image.nodes[0]} (`ctr --namespace k8s.io images push`), or let "
            f"{listed(image.used_by)} run an image that the registry has"
        )
        where = f"; {listed(image.nodes)} still have it"
    else:
        remedy, where = f"push it again, or remove {listed(image.used_by)}", " and no node runs it"
    return Finding(RULE, "blocker", name, f"is not in its registry any more{where}", remedy, why=WHY)
