"""Copy the planned images into the target registry."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from include.bandwidth import limit_at
from include.engines import run_side_by_side, stopped_with_engines
from include.errors import PreflightError
from include.images.contents import ImageContents
from include.images.copier import ImageCopier
from include.images.delivery import Delivery
from include.images.planned import PHASE, planned_images
from include.images.referrers import ReferrerFinder
from include.images.registries import OpenRegistries, open_registries
from include.images.relay import Relay
from include.images.shared_blobs import SharedBlobs
from include.inventory.references import parse_reference
from include.planning.model import PlanItem, load_plan
from include.progress import Progress
from include.throttle import Throttle

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

THREADS = 8


def copy_images(run: MigrationRun, keys: list[str]) -> int:
    """Copy the planned images of these keys, eight at a time; return how many were looked after.

    Blobs that several images share travel once, and those that the target has are not sent.

    :raises PreflightError: with every repository that may not be pushed to, before anything is sent.
    :raises MigrationError: when a registry refuses an image; those copied before stay recorded.
    """
    items = planned_images(run, keys)
    references = [item.details["source_reference"] for item in items]
    with (
        open_registries(run, references) as registries,
        Progress(
            len(items),
            sum(item.bytes for item in items),
            logger,
            noun="images",
            record=partial(run.ledger.record_progress, PHASE, keys[0]),
        ) as progress,
    ):
        relay = Relay(registries.target, Throttle(rate_of(run, items)))
        delivery = Delivery(registries.target, SharedBlobs(run.ledger, registries.target), relay)
        copier = ImageCopier(run, registries, delivery, ReferrerFinder(), progress)
        found = run_side_by_side(copier.look, items, THREADS, name="looks")
        work = list(zip(items, found, strict=True))
        refuse_closed_repositories(registries, [item for item, seen in work if not seen.is_whole(item)])
        with stopped_with_engines(relay.stop):
            run_side_by_side(lambda one: copier.copy(*one), work, THREADS, name="images")
    return len(items)


def refuse_closed_repositories(registries: OpenRegistries, items: list[PlanItem]) -> None:
    """Begin an upload into the repository of each image and cancel it.

    :raises PreflightError: with every repository that refuses, and what to do.
    """
    names = {parse_reference(item.details["target_reference"]).repository for item in items}
    found = run_side_by_side(registries.target.upload_problem, sorted(names), THREADS, name="push-rights")
    problems = [problem for problem in found if problem]
    if problems:
        raise PreflightError(problems, "the target registry takes no images")


def rate_of(run: MigrationRun, items: list[PlanItem]) -> Callable[[], float | None]:
    """Return what tells this task's part of the limit that holds now: as large as its part of all bytes.

    The other tasks run side by side and take the rest.
    """
    bandwidth = run.definition.images.bandwidth
    everything = sum(item.bytes or 1 for item in load_plan(run.ledger).items(PHASE))
    share = sum(item.bytes or 1 for item in items) / everything

    def rate() -> float | None:
        limit = limit_at(bandwidth, datetime.now(UTC))
        return None if limit is None else limit * share

    return rate


def same_contents(one: ImageContents, other: ImageContents | None) -> bool:
    """Say whether two images have the same configs and layers for the same platforms; unknown ones never do."""
    return other is not None and one.is_known and one.platforms == other.platforms
