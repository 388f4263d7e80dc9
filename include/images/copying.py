"""Copy the planned images into the target registry."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.engines import run_side_by_side
from include.errors import EngineError, MigrationError, PermanentError
from include.images.contents import ImageContents
from include.images.digests import DigestRecord, pinned, record_digest
from include.images.regctl import Regctl, open_regctl
from include.images.registries import OpenRegistries, open_registries
from include.ledger import Action
from include.planning.model import PlanItem, load_plan
from include.progress import Progress

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

PHASE = "swr_image_sync"
THREADS = 4


@dataclass(frozen=True)
class ImageCopier:
    """Copy single images with open registries and a configured regctl."""

    run: MigrationRun
    registries: OpenRegistries
    regctl: Regctl
    progress: Progress

    def copy(self, item: PlanItem) -> None:
        """Copy one image by digest, unless the target has the same content already, and record it."""
        started = time.monotonic()
        try:
            action, contents = self._bring(item)
        except MigrationError as error:
            self._record(item, "failed", 0, started, str(error))
            raise
        size = contents.size if action == "copied" else 0
        self._record(item, action, size, started)
        self.progress.add(items=1, size=item.bytes)

    def _bring(self, item: PlanItem) -> tuple[Action, ImageContents]:
        source, target = item.details["source_reference"], item.details["target_reference"]
        wanted = self.registries.contents(source)
        if wanted is None:
            raise PermanentError(
                f"image {source}, source: its registry does not have it any more; take the inventory again"
            )
        if not wanted.is_known:
            raise PermanentError(
                f"image {source}, source: its manifest ({wanted.media_type or 'no media type'}) names no config or layers, so "
                "its copy could not be proved; push it again with a current builder"
            )
        there = self.registries.contents(target)
        action: Action = "already_equal"
        if not same_contents(wanted, there):
            self._copy(pinned(source, wanted.digest), target, wanted)
            there = self.registries.contents(target)
            action = "copied"
        if there is None:
            raise PermanentError(
                f"image {target}, target: missing after its copy; check the registry's rules"
            )
        record_digest(
            self.run.ledger,
            DigestRecord(
                key=item.key,
                source=pinned(source, wanted.digest),
                target=pinned(target, there.digest),
                target_reference=target,
                converted=there.digest != wanted.digest,
            ),
        )
        return action, wanted

    def _copy(self, source: str, target: str, wanted: ImageContents) -> None:
        """Copy as it is; SWR refuses OCI indexes, which then go with Docker's media types."""
        try:
            self.regctl.copy(source, target)
        except EngineError:
            if not wanted.is_oci_index:
                raise
            logger.info("Image %s: the target takes no OCI index; its media types are converted", target)
            self.regctl.convert(source, target)

    def _record(
        self, item: PlanItem, action: Action, size: int, started: float, error: str | None = None
    ) -> None:
        seconds = time.monotonic() - started
        self.run.ledger.record_item(PHASE, item.record(action, seconds=seconds, size=size, error=error))


def copy_images(run: MigrationRun, keys: list[str]) -> int:
    """Copy the planned images of these keys, four at a time; return how many were looked after.

    Layers that several images share are sent once: the target registry is asked for each blob before it is sent.

    :raises EngineError: when a registry refuses an image; those copied before stay recorded.
    """
    items = planned_images(run, keys)
    references = [item.details["source_reference"] for item in items]
    with (
        open_registries(run, references) as registries,
        open_regctl(registries.accesses) as regctl,
        Progress(len(items), sum(item.bytes for item in items), logger, noun="images") as progress,
    ):
        copier = ImageCopier(run, registries, regctl, progress)
        run_side_by_side(copier.copy, items, THREADS, name="images")
    return len(items)


def planned_images(run: MigrationRun, keys: list[str]) -> list[PlanItem]:
    """Return the plan's rows of these keys, the largest first so that none is left alone at the end."""
    plan = load_plan(run.ledger)
    return sorted((plan.item(PHASE, key) for key in keys), key=lambda item: (-item.bytes, item.key))


def same_contents(one: ImageContents, other: ImageContents | None) -> bool:
    """Say whether two images have the same configs and layers for the same platforms; unknown ones never do."""
    return other is not None and one.is_known and one.platforms == other.platforms
