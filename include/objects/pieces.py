"""Copy and prove a range of a bucket's keys beside the others, and make one bucket of what the pieces have done."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from include.errors import MigrationError, PermanentError
from include.ledger import Action
from include.ledger.records import now
from include.objects.catalog import Side, joined_digest, open_catalog
from include.objects.copy_pass import Moved
from include.objects.copying import bring, copy_bucket, record_bucket
from include.objects.documents import Journal, Row, write_rows
from include.objects.jobs import BucketJob, BucketRecord, PieceAge, open_job, store_errors
from include.objects.listing import Place, list_into
from include.objects.proof_pass import compare
from include.objects.ranges import KeyRange
from include.objects.store_clock import settled_until

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)


class PieceRecord(BaseModel):
    """Record a piece that was copied and compared.

    `different` and `later` count objects that differed, and those that were written since and are left to the delta.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    copy_record: BucketRecord
    keys: KeyRange
    seconds: float
    moved_objects: int
    moved_bytes: int
    removed: int
    different: int
    later: int

    @property
    def moved(self) -> Moved:
        """Return what its copy moved."""
        return Moved(self.moved_objects, self.moved_bytes, self.removed)


@dataclass(frozen=True)
class PieceJob(BucketJob):
    """Copy or prove the objects of one range; what it knows lies beside that of the other pieces."""

    number: int = 1
    count: int = 1

    @property
    def name(self) -> str:
        """Name the piece for people."""
        return piece_name(self.item.key, self.number, self.count)

    @property
    def label(self) -> str:
        """Name the piece in messages."""
        return f"{super().label}, piece {self.number} of {self.count}"

    @property
    def end_name(self) -> str:
        """Return the document that the finished piece writes."""
        return f"{self._record_folder}/end"

    def read_record(self) -> BucketRecord | None:
        """Return what this piece copied last."""
        name = f"{self._record_folder}/copy"
        return (
            BucketRecord.model_validate(self.run.ledger.read(name)) if self.run.ledger.exists(name) else None
        )

    def write_record(self, record: BucketRecord) -> None:
        """Record the last copy."""
        self.run.ledger.write(f"{self._record_folder}/copy", record)

    def places(self) -> dict[Side, Place]:
        """Return where both sides of the range are listed."""
        return {
            side: Place(place.client, place.bucket, self.keys) for side, place in super().places().items()
        }

    def read_rows(self, name: str) -> Iterator[Row]:
        """Yield what the ledger knows of the range's keys."""
        return (row for row in super().read_rows(name) if self.keys.holds(row[0]))

    def write_rows(self, name: str, rows: Iterable[Row]) -> None:
        """Replace what this piece has written under a name."""
        write_rows(self.run.ledger, f"{self.folder}/{name}", rows, self._suffix)

    def journal(self, name: str) -> Journal:
        """Return what adds to the ledger under a name."""
        return Journal(self.run.ledger, f"{self.folder}/{name}", self._suffix)

    def record_progress(self, document: dict[str, Any]) -> None:
        """Record how far a pass over this piece is."""
        self.run.ledger.record_progress(self.item.phase, self.name, {**document, **self._place_in_bucket})

    @property
    def _place_in_bucket(self) -> dict[str, str]:
        """Tell the pages of a run which row it belongs to."""
        return {"of": self.item.key, "part": f", piece {self.number} of {self.count}"}

    @property
    def _record_folder(self) -> str:
        return f"{self.folder}/pieces/{self.number:02d}"

    @property
    def _suffix(self) -> str:
        return f"-piece{self.number:02d}"


def piece_name(key: str, number: int, count: int) -> str:
    """Name a piece of a bucket for people; the first has the number 1."""
    return f"{key}, piece {number} of {count}"


def pieces_of(job: BucketJob) -> list[PieceJob]:
    """Return the pieces that the plan cuts a bucket into, none where it is copied whole."""
    ranges = [KeyRange.model_validate(row) for row in job.item.details.get("pieces") or []]
    fields = job.run, job.item, job.bucket, job.pair
    return [PieceJob(*fields, keys, number, len(ranges)) for number, keys in enumerate(ranges, start=1)]


def copy_piece(run: MigrationRun, key: str, number: int) -> Action:
    """Copy a piece of a planned bucket while its writers go on, and compare it; return what was done.

    A piece that was killed finds what it had copied, and goes on. The piece that ends last records the bucket. What differs is
    left to the proof of the bucket, which names it.
    """
    whole = open_job(run, key)
    with store_errors(whole):
        is_handed_over = whole.read_handover() is not None
    if is_handed_over:
        # One of the pieces looks whether the source is still as it was handed over.
        return copy_bucket(run, key) if number == 1 else "already_equal"
    job, started = pieces_of(whole)[number - 1], time.monotonic()
    run.ledger.remove(job.end_name)
    try:
        moved = bring(job, final=False)
        _end(job, moved, started)
    except MigrationError as error:
        record_bucket(whole, "failed", 0, time.monotonic() - started, str(error))
        raise
    _record_if_all_ended(whole)
    return moved.action


def joined_record(job: BucketJob) -> BucketRecord | None:
    """Return what this run copied last of a bucket: whole, or in pieces since.

    :raises PermanentError: when some of its pieces were copied, and others were not.
    """
    record, pieces = job.read_record(), pieces_of(job)
    ended = _ended(pieces)
    if not ended or (record is not None and record.at >= max(one.copy_record.at for one in ended)):
        return record
    if len(ended) < len(pieces):
        missing = ", ".join(piece.name for piece in pieces if not piece.run.ledger.exists(piece.end_name))
        raise PermanentError(f"{job.label}: {missing}: was not copied in this run; run its copy first")
    joined = _joined(job, [one.copy_record for one in ended], pieces)
    job.write_record(joined)
    return joined


def _joined(job: BucketJob, records: list[BucketRecord], pieces: list[PieceJob]) -> BucketRecord:
    ages = [
        PieceAge(after=piece.keys.after, newest=record.newest)
        for piece, record in zip(pieces, records, strict=True)
    ]
    # Clocks of workers differ: what was joined is never older than its pieces.
    return BucketRecord(
        key=job.item.key,
        at=max(now(), *(record.at for record in records)),
        final=False,
        objects=sum(record.objects for record in records),
        bytes=sum(record.bytes for record in records),
        newest=max((record.newest for record in records if record.newest), default=None),
        digest=joined_digest(record.digest for record in records),
        pieces=ages,
    )


def _end(job: PieceJob, moved: Moved, started: float) -> None:
    """Compare what was copied, and write down that the piece is done."""
    record = job.read_record()
    if record is None:
        raise PermanentError(f"{job.label}: was not copied in this run; run its copy first")
    with store_errors(job), open_catalog() as catalog:
        settled = settled_until(job.places())
        list_into(catalog, job.places())
        found = compare(job, record, catalog, settled)
    end = PieceRecord(
        copy_record=record,
        keys=job.keys,
        seconds=round(time.monotonic() - started, 3),
        moved_objects=moved.objects,
        moved_bytes=moved.bytes,
        removed=moved.removed,
        different=found.different,
        later=found.later,
    )
    job.run.ledger.write(job.end_name, end)
    logger.info(
        "%s: %s objects on the source, %s differ, %s were written since",
        job.label,
        record.objects,
        found.different,
        found.later,
    )


def _record_if_all_ended(whole: BucketJob) -> None:
    """Every piece looks after it has written its own end: whichever ends last finds all of them."""
    pieces = pieces_of(whole)
    ended = _ended(pieces)
    if len(ended) == len(pieces):
        moved = sum((one.moved for one in ended), Moved())
        record_bucket(whole, moved.action, moved.bytes, max(one.seconds for one in ended))


def _ended(pieces: list[PieceJob]) -> list[PieceRecord]:
    """Return the ends of the pieces that have one, of this plan's ranges, in their order."""
    read = [
        PieceRecord.model_validate(piece.run.ledger.read(piece.end_name))
        for piece in pieces
        if piece.run.ledger.exists(piece.end_name)
    ]
    ranges = {piece.keys for piece in pieces}
    return [one for one in read if one.keys in ranges]
