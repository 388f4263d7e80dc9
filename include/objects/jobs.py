"""Bind one planned bucket to its two stores and to the record of its copy."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from include.bandwidth import limit_at
from include.errors import PermanentError, TemporaryError, shorten
from include.ledger import safe_key
from include.ledger.records import now
from include.objects.catalog import Side
from include.objects.documents import Journal, Row, read_rows, write_rows
from include.objects.listing import Place
from include.objects.one_store import OneStore, is_one_store
from include.objects.ranges import ALL_KEYS, KeyRange
from include.objects.storage import open_client
from include.objects.transfer import BucketPair
from include.planning.model import PlanItem, load_plan
from include.planning.ownership import MARKER_PREFIX
from include.planning.storage_client import error_code
from include.throttle import Throttle

if TYPE_CHECKING:
    from include.definition import Bucket
    from include.run import MigrationRun

PHASE = "obs_sync"
FOLDER = "buckets"
# Rows of the ledger by key: what the source had in earlier copies of this run, and so may be removed from the target; what
# was written, as `written.Written` has it; the versions of both sides that a proof found equal; what it found different.
COPIED = "keys"
WRITTEN = "written"
PROVED = "proved"
DIFFERENT = "different"
RIGHTS = "correct bucket, login and rights of the connection"
ENDED = "the login has ended: put a new one into the connection, then clear the task: it goes on from what was copied"
ROOM = "no room is left: raise the bucket's quota or enlarge the store, then clear the task: it goes on from what was copied"
REFUSALS = {
    "AccessDenied": RIGHTS,
    "InvalidAccessKeyId": RIGHTS,
    "SignatureDoesNotMatch": RIGHTS,
    "NoSuchBucket": RIGHTS,
    "403": RIGHTS,
    **dict.fromkeys(("ExpiredToken", "InvalidToken"), ENDED),
    # OBS's, Ceph's, MinIO's
    **dict.fromkeys(("InsufficientStorageSpace", "QuotaExceeded", "XMinioStorageFull"), ROOM),
    "InvalidObjectState": "it lies in an archive: restore it on the source for the time of the migration",
}
# A store that answers so fails itself, and does not say why.
FAILURES = frozenset({"InternalError", "ServiceUnavailable", "500", "503", "507"})
# Beside the marker that planning writes and rewrites.
STATE_KEY = MARKER_PREFIX + "-{migration}-handed-over.json"


class PieceAge(BaseModel):
    """Tell the youngest date that was listed of the keys after one, up to where the next piece begins."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    after: str
    newest: str | None


class BucketRecord(BaseModel):
    """Record the last copy of a bucket.

    `pieces` are sorted, and empty where it was copied whole. `newest` is the youngest date in the source's listing, `digest` the
    hash of that listing. `final` says that the source's writers stood still; `handed_over` is the moment at which the target took
    over in an earlier run.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    at: str
    final: bool
    objects: int
    bytes: int
    newest: str | None
    digest: str
    handed_over: str | None = None
    pieces: list[PieceAge] = Field(default_factory=list)

    def newest_around(self, key: str) -> str | None:
        """Return the youngest date of what was listed together with a key: pieces are listed at different times."""
        if not self.pieces:
            return self.newest
        return self.pieces[bisect_left(self.pieces, key, key=lambda piece: piece.after) - 1].newest


@dataclass(frozen=True)
class BucketJob:
    """Copy or prove one bucket, or those of its objects that have certain keys."""

    run: MigrationRun
    item: PlanItem
    bucket: Bucket
    pair: BucketPair
    keys: KeyRange = ALL_KEYS

    @property
    def label(self) -> str:
        """Name the bucket in messages."""
        return f"bucket {self.bucket.name} ({self.pair.source_bucket} to {self.pair.target_bucket})"

    @property
    def place(self) -> str:
        """Name the bucket with the stores that it goes from and to."""
        return f"bucket {self.bucket.name}, from {self.item.source} to {self.item.target}"

    @property
    def folder(self) -> str:
        """Return where the ledger keeps this bucket's documents."""
        return f"{FOLDER}/{safe_key(self.item.key)}"

    def read_record(self) -> BucketRecord | None:
        """Return what this run copied last."""
        name = f"{self.folder}/copy"
        if not self.run.ledger.exists(name):
            return None
        return BucketRecord.model_validate(self.run.ledger.read(name))

    def write_record(self, record: BucketRecord) -> None:
        """Record the last copy."""
        self.run.ledger.write(f"{self.folder}/copy", record)

    def places(self) -> dict[Side, Place]:
        """Return where both sides are listed."""
        pair = self.pair
        return {
            "source": Place(pair.source, pair.source_bucket),
            "target": Place(pair.target, pair.target_bucket),
        }

    def read_rows(self, name: str) -> Iterator[Row]:
        """Yield what the ledger knows of this bucket's keys under a name."""
        return read_rows(self.run.ledger, f"{self.folder}/{name}")

    def write_rows(self, name: str, rows: Iterable[Row]) -> None:
        """Replace what the ledger knows under a name."""
        write_rows(self.run.ledger, f"{self.folder}/{name}", rows)

    def journal(self, name: str) -> Journal:
        """Return what adds to the ledger under a name."""
        return Journal(self.run.ledger, f"{self.folder}/{name}")

    def record_progress(self, document: dict[str, Any]) -> None:
        """Record how far a pass over this bucket is."""
        self.run.ledger.record_progress(PHASE, self.item.key, document)

    def read_handover(self) -> dict[str, Any] | None:
        """Return the note that the target has taken over, kept in the target itself, or None."""
        from botocore.exceptions import ClientError

        try:
            answer = self.pair.target.get_object(Bucket=self.pair.target_bucket, Key=self._state_key)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in {"NoSuchKey", "404"}:
                return None
            raise
        note: dict[str, Any] = json.loads(answer["Body"].read())
        return note

    def write_handover(self, digest: str) -> None:
        """Note in the target that it has taken over from a source with this listing."""
        note = {"migration": self.run.definition.name, "moment": now(), "digest": digest}
        self.pair.target.put_object(
            Bucket=self.pair.target_bucket,
            Key=self._state_key,
            Body=json.dumps(note).encode(),
            ContentType="application/json",
        )

    def remove_handover(self) -> None:
        """Take the note away."""
        self.pair.target.delete_object(Bucket=self.pair.target_bucket, Key=self._state_key)

    @property
    def _state_key(self) -> str:
        return STATE_KEY.format(migration=self.run.definition.name)


def open_job(run: MigrationRun, key: str) -> BucketJob:
    """Return the job of a planned bucket; no store is asked yet."""
    item = load_plan(run.ledger).item(PHASE, key)
    bucket = next((one for one in run.definition.buckets if one.name == item.details["name"]), None)
    if bucket is None:
        raise PermanentError(f"bucket {key}: the definition does not name it any more; make the plan again")
    ends = bucket.source, bucket.target
    accesses = [run.connections.object_storage(end.connection) for end in ends]
    source, target = (open_client(access) for access in accesses)
    places = source, bucket.source.bucket, target, bucket.target.bucket
    # A store that copies by itself keeps to no limit.
    is_in_store = bucket.bandwidth is None and is_one_store(*accesses)
    one_store = OneStore(target, bucket.source.bucket, bucket.target.bucket) if is_in_store else None
    pair = BucketPair(*places, bucket.storage_classes, throttle_of(bucket), one_store)
    return BucketJob(run, item, bucket, pair)


def throttle_of(bucket: Bucket) -> Throttle:
    """Return what holds a bucket's copy to its bandwidth."""
    bandwidth = bucket.bandwidth
    return Throttle(lambda: None if bandwidth is None else limit_at(bandwidth, datetime.now(UTC)))


@contextmanager
def store_errors(job: BucketJob, key: str = "") -> Generator[None]:
    """Turn the stores' errors into permanent or temporary ones, which name the object they are about."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        text = f"{job.place}{f', object {key!r}' if key else ''}: {shorten(str(error))}"
        if error_code(error) in REFUSALS:
            raise PermanentError(f"{text}; {REFUSALS[error_code(error)]}") from error
        cause = "; the store itself fails: look at its state, and whether its disk is full"
        raise TemporaryError(
            f"{text}{cause if error_code(error) in FAILURES else ''}; what was copied stays, a retry goes on from there"
        ) from error
