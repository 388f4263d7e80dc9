"""Copy one image into the target registry, and record what was done with it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.errors import MigrationError, PermanentError
from include.images.arriving import arriving
from include.images.choosing import Chosen
from include.images.copying_referrers import copy_referrers
from include.images.delivery import Delivery
from include.images.digests import DigestRecord, pinned, read_digest, record_digest
from include.images.manifests import Manifest
from include.images.moved_bytes import MovedBytes
from include.images.node_registry import NodeRegistry
from include.images.planned import PHASE, expected_digest
from include.images.referrers import ReferrerFinder
from include.images.registries import OpenRegistries
from include.images.relay import Place
from include.inventory.references import parse_reference
from include.ledger import Action
from include.planning.model import PlanItem
from include.progress import Progress

if TYPE_CHECKING:
    from include.run import MigrationRun


@dataclass(frozen=True)
class Found:
    """Tell what the target has of an image before it is copied.

    :param digest: that its reference means there; None when there is none.
    :param record: of a former try of this run, when the target still has what it brought.
    """

    digest: str | None
    record: DigestRecord | None = None

    def is_whole(self, item: PlanItem) -> bool:
        """Say whether nothing has to be copied."""
        return self.record is not None or self.digest == expected_digest(item)


@dataclass(frozen=True)
class ImageCopier:
    """Copy single images between open registries."""

    run: MigrationRun
    registries: OpenRegistries
    delivery: Delivery
    referrers: ReferrerFinder
    progress: Progress

    def look(self, item: PlanItem) -> Found:
        """Return what the target has of an image; one HEAD, and nothing is asked of the source."""
        digest = self._digest_there(item)
        record = read_digest(self.run.ledger, item.key)
        return Found(digest, record if record and record.target_digest == digest else None)

    def copy(self, item: PlanItem, found: Found) -> None:
        """Copy one image by digest, unless the target has the same one already, and record it."""
        started = time.monotonic()
        moved = MovedBytes(self.progress, item.bytes)
        try:
            action, record = self._bring(item, found, moved)
        except MigrationError as error:
            self._record(item, "failed", moved, started, error=f"image {item.source}: {error}")
            raise
        record_digest(self.run.ledger, record)
        self._record(item, action, moved, started, note=record.note)
        moved.finish()

    def _bring(self, item: PlanItem, found: Found, moved: MovedBytes) -> tuple[Action, DigestRecord]:
        if found.record is not None:
            return "already_equal", found.record
        source = self.registries.source_of(item)
        action: Action = "already_equal"
        if found.is_whole(item):
            record = self._planned_record(item)
        else:
            action, record = self._deliver(item, source, found, moved)
        if record.node:  # containerd pulls what runs, and nothing that refers to it
            return action, record
        return action, self._with_referrers(record, source, item, moved)

    def _planned_record(self, item: PlanItem) -> DigestRecord:
        return self._digest_record(
            item, item.details["digest"], expected_digest(item), tuple(item.details["left_out"])
        )

    def _deliver(
        self, item: PlanItem, source: Place, found: Found, moved: MovedBytes
    ) -> tuple[Action, DigestRecord]:
        reference = parse_reference(item.details["source_reference"])
        wanted = source.registry.manifest(reference)
        if wanted is None:
            raise PermanentError(
                f"image {reference.name}, source: its registry does not have all of it any more; take the inventory again"
            )
        chosen = self._arriving(item, wanted)
        record = self._digest_record(item, wanted.digest, chosen.manifest.digest, chosen.left_out)
        if isinstance(source.registry, NodeRegistry):
            record = record.model_copy(update={"node": source.registry.node})
        if found.digest == record.target_digest:
            return "already_equal", record
        target = parse_reference(item.details["target_reference"])
        self.delivery.deliver(chosen.manifest, source, target.repository, target.tag, moved.add)
        if self._digest_there(item) != record.target_digest:
            raise PermanentError(
                f"image {item.target}, target: is another one after its copy; check that nothing else writes to the organization"
            )
        return "copied", record

    def _arriving(self, item: PlanItem, wanted: Manifest) -> Chosen:
        try:
            return arriving(wanted, self.run.definition.images)
        except PermanentError as error:
            raise PermanentError(f"image {item.source}, source: {error}") from error

    def _with_referrers(
        self, record: DigestRecord, source: Place, item: PlanItem, moved: MovedBytes
    ) -> DigestRecord:
        names = self._referrers(source, record.source_digest)
        reason = self._reason_to_leave_referrers(record)
        if reason is not None:
            left = [*record.left_out, *(f"referrer {name}{reason}" for name in names)]
            return record.model_copy(update={"left_out": left})
        repository = parse_reference(item.details["target_reference"]).repository
        copy_referrers(self.delivery, source, names, repository, moved.add)
        return record.model_copy(update={"referrers": names})

    def _referrers(self, source: Place, digest: str) -> list[str]:
        try:
            return self.referrers.find(source, digest)
        except PermanentError:
            # Some registries refuse to list them: no reason to fail where nobody wants them.
            if self.run.definition.images.referrers == "copy":
                raise
            return ["(its registry does not list them)"]

    def _reason_to_leave_referrers(self, record: DigestRecord) -> str | None:
        """They name the image by its digest: where the target's differs they would speak of an image that is not there."""
        if self.run.definition.images.referrers == "drop":
            return ""
        return " (the image has another digest on the target)" if record.converted else None

    def _digest_there(self, item: PlanItem) -> str | None:
        return self.registries.target.digest(parse_reference(item.details["target_reference"]))

    def _digest_record(
        self, item: PlanItem, source: str, target: str, left_out: tuple[str, ...]
    ) -> DigestRecord:
        return DigestRecord(
            key=item.key,
            source=pinned(item.details["source_reference"], source),
            target=pinned(item.details["target_reference"], target),
            target_reference=item.details["target_reference"],
            converted=target != source,
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
