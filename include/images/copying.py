"""Copy the planned images into the target registry."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from include.bandwidth import limit_at
from include.engines import run_side_by_side, stopped_with_engines
from include.errors import MigrationError, PermanentError, PreflightError
from include.images.choosing import Chosen, choose
from include.images.contents import ImageContents, contents_of
from include.images.copying_referrers import copy_referrers
from include.images.delivery import Delivery
from include.images.digests import DigestRecord, pinned, read_digest, record_digest
from include.images.manifests import Manifest
from include.images.moved_bytes import MovedBytes
from include.images.referrers import find_referrers
from include.images.registries import OpenRegistries, open_registries
from include.images.relay import Place, Relay
from include.images.shared_blobs import SharedBlobs
from include.inventory.references import parse_reference
from include.ledger import Action
from include.planning.model import PlanItem, load_plan
from include.progress import Progress
from include.throttle import Throttle

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

PHASE = "swr_image_sync"
THREADS = 8


@dataclass(frozen=True)
class ImageCopier:
    """Copy single images between open registries."""

    run: MigrationRun
    registries: OpenRegistries
    delivery: Delivery
    progress: Progress

    def copy(self, item: PlanItem) -> None:
        """Copy one image by digest, unless the target has the same content already, and record it."""
        started = time.monotonic()
        moved = MovedBytes(self.progress, item.bytes)
        try:
            action, record = self._bring(item, moved)
        except MigrationError as error:
            self._record(item, "failed", moved, started, error=f"image {item.source}: {error}")
            raise
        record_digest(self.run.ledger, record)
        self._record(item, action, moved, started, note=record.note)
        moved.finish()

    def _bring(self, item: PlanItem, moved: MovedBytes) -> tuple[Action, DigestRecord]:
        known = read_digest(self.run.ledger, item.key)
        if known and known.target_digest == self._digest_there(item):
            return "already_equal", known
        reference = parse_reference(item.details["source_reference"])
        source = self.registries.source(reference)
        wanted = source.registry.manifest(reference)
        if wanted is None:
            raise PermanentError(
                f"image {reference.name}, source: its registry does not have all of it any more; take the inventory again"
            )
        chosen = self._chosen(item, wanted)
        action, arrived = self._deliver(item, chosen.manifest, source, moved)
        names = self._referrers(source, wanted)
        reason = self._reason_to_leave_referrers(wanted, arrived)
        record = self._digest_record(item, wanted, arrived, chosen.left_out)
        if reason is not None:
            left = [*record.left_out, *(f"referrer {name}{reason}" for name in names)]
            return action, record.model_copy(update={"left_out": left})
        repository = parse_reference(item.details["target_reference"]).repository
        copy_referrers(self.delivery, source, names, repository, moved.add)
        return action, record.model_copy(update={"referrers": names})

    def _referrers(self, source: Place, wanted: Manifest) -> list[str]:
        try:
            return find_referrers(source.registry, source.repository, wanted.digest)
        except PermanentError:
            # Some registries refuse to list them: no reason to fail where nobody wants them.
            if self.run.definition.images.referrers == "copy":
                raise
            return ["(its registry does not list them)"]

    def _reason_to_leave_referrers(self, wanted: Manifest, arrived: Manifest) -> str | None:
        """They name the image by its digest: where the target's differs they would speak of an image that is not there."""
        if self.run.definition.images.referrers == "drop":
            return ""
        return " (the image has another digest on the target)" if arrived.digest != wanted.digest else None

    def _chosen(self, item: PlanItem, wanted: Manifest) -> Chosen:
        chosen = choose(wanted, self.run.definition.images)
        if not contents_of(chosen.manifest).is_known:
            raise PermanentError(
                f"image {item.source}, source: its manifest ({wanted.media_type or 'no media type'}) names no config or layers, "
                "so its copy could not be proved; push it again with a current builder"
            )
        return chosen

    def _deliver(
        self, item: PlanItem, wanted: Manifest, source: Place, moved: MovedBytes
    ) -> tuple[Action, Manifest]:
        target = parse_reference(item.details["target_reference"])
        there = self._equal_there(item, wanted)
        if there is not None:
            return "already_equal", there
        arrived = self.delivery.deliver(wanted, source, target.repository, target.tag, moved.add)
        if self._digest_there(item) != arrived.digest:
            raise PermanentError(
                f"image {item.target}, target: is another one after its copy; check that nothing else writes to the organization"
            )
        return "copied", arrived

    def _digest_there(self, item: PlanItem) -> str | None:
        return self.registries.target.digest(parse_reference(item.details["target_reference"]))

    def _equal_there(self, item: PlanItem, wanted: Manifest) -> Manifest | None:
        """Return the image that the target has, when it is the same; its media types do not count."""
        digest = self._digest_there(item)
        if digest is None or digest == wanted.digest:
            return wanted if digest else None
        there = self.registries.target.manifest(parse_reference(item.details["target_reference"]))
        return there if there and same_contents(contents_of(wanted), contents_of(there)) else None

    def _digest_record(
        self, item: PlanItem, wanted: Manifest, arrived: Manifest, left_out: Sequence[str]
    ) -> DigestRecord:
        return DigestRecord(
            key=item.key,
            source=pinned(item.details["source_reference"], wanted.digest),
            target=pinned(item.details["target_reference"], arrived.digest),
            target_reference=item.details["target_reference"],
            converted=arrived.digest != wanted.digest,
            left_out=list(left_out),
        )

    def _record(
        self,
        item: PlanItem,
        action: Action,
        moved: MovedBytes,
        started: float,
        *,
        error: str | None = None,
        note: str | None = None,
    ) -> None:
        record = item.record(
            action, seconds=time.monotonic() - started, size=moved.size, error=error, note=note
        )
        self.run.ledger.record_item(PHASE, record)


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
        Progress(len(items), sum(item.bytes for item in items), logger, noun="images") as progress,
    ):
        refuse_closed_repositories(registries, items)
        relay = Relay(registries.target, Throttle(rate_of(run, items)))
        blobs = SharedBlobs(run.ledger, registries.target)
        copier = ImageCopier(run, registries, Delivery(registries.target, blobs, relay), progress)
        with stopped_with_engines(relay.stop):
            run_side_by_side(copier.copy, items, THREADS, name="images")
    return len(items)


def refuse_closed_repositories(registries: OpenRegistries, items: list[PlanItem]) -> None:
    """Begin an upload into each repository and cancel it.

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


def planned_images(run: MigrationRun, keys: list[str]) -> list[PlanItem]:
    """Return the plan's rows of these keys, the largest first so that none is left alone at the end."""
    plan = load_plan(run.ledger)
    return sorted((plan.item(PHASE, key) for key in keys), key=lambda item: (-item.bytes, item.key))


def same_contents(one: ImageContents, other: ImageContents | None) -> bool:
    """Say whether two images have the same configs and layers for the same platforms; unknown ones never do."""
    return other is not None and one.is_known and one.platforms == other.platforms
