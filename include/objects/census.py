"""Look at every object of a source bucket once before it is copied: how many, how large, and what OBS would not take."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from include.inventory.model import SEVERITIES as ALL_SEVERITIES
from include.inventory.model import Finding
from include.ledger import safe_key
from include.objects.estimate import Estimate, parts_of
from include.objects.limits import (
    ARCHIVED,
    Limit,
    is_archived,
    is_restored,
    limits_of_answer,
    limits_of_entry,
)
from include.objects.listing import Place, entries_of
from include.objects.ranges import Mark, Marks, weight_of
from include.objects.storage import Entry
from include.planning.foreign_errors import explained
from include.planning.storage_client import open_storage

if TYPE_CHECKING:
    from include.definition import Bucket
    from include.ledger import Ledger
    from include.run import MigrationRun

RULE = "bucket_objects"
SEVERITIES = ("blocker", "warning")
WHY = "An object that OBS refuses, or that cannot be read, ends the copy of its bucket after hours; here it is named before."
SAMPLE = 100
MOST_ARCHIVED = 1000
MOST_EXAMPLES = 5


class Census(BaseModel):
    """Hold what a bucket has. `parts` is the number of parts of those `in_parts`; `tagged` a share of a sample.

    `marks` are keys at which it can be cut; none where it is small, or its store has an order of its own.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    objects: int
    bytes: int
    in_parts: int
    parts: int
    tagged: float
    marks: list[Mark] = Field(default_factory=list)

    @property
    def weight(self) -> int:
        """Return what its copy costs, in bytes."""
        return weight_of(self.objects, self.bytes)

    def requests(self, *, in_pieces: bool = False) -> dict[str, int]:
        """Return how many requests a first copy with its proof takes, by kind."""
        return Estimate(self.objects, self.in_parts, self.parts, self.tagged, in_pieces).requests()


@dataclass
class Sample:
    """Count objects and name a few."""

    count: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, key: str) -> None:
        """Take one."""
        self.count += 1
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(key)


@dataclass
class _Counting:
    """Count a stream of entries."""

    objects: int = 0
    bytes: int = 0
    in_parts: int = 0
    parts: int = 0
    limits: dict[Limit, Sample] = field(default_factory=dict)
    archived: list[Entry] = field(default_factory=list)
    sample: list[Entry] = field(default_factory=list)
    marks: Marks = field(default_factory=Marks)
    chance: random.Random = field(default_factory=lambda: random.Random(0))  # ruff: ignore[suspicious-non-cryptographic-random-usage]

    def take(self, entries: Iterable[Entry]) -> None:
        """Count every entry; each has the same chance to be in the sample."""
        for entry in entries:
            self.objects += 1
            self.bytes += entry.size
            parts = parts_of(entry)
            self.in_parts += parts > 0
            self.parts += parts
            for limit in limits_of_entry(entry):
                self.found(limit, entry.key)
            if is_archived(entry) and len(self.archived) < MOST_ARCHIVED:
                self.archived.append(entry)
            self.marks.take(entry)
            self._draw(entry)

    def found(self, limit: Limit, key: str) -> None:
        """Count an object that meets a limit."""
        self.limits.setdefault(limit, Sample()).add(key)

    def _draw(self, entry: Entry) -> None:
        if len(self.sample) < SAMPLE:
            self.sample.append(entry)
        elif (place := self.chance.randrange(self.objects)) < SAMPLE:
            self.sample[place] = entry


def object_findings(run: MigrationRun) -> Iterator[Finding]:
    """Yield what OBS would not take, all of it at once, with counts and examples; the census is kept for the plan.

    :raises TemporaryError: when a store does not answer.
    """
    for bucket in run.definition.buckets:
        counting = _take(run, bucket)
        for limit, sample in sorted(
            counting.limits.items(), key=lambda one: ALL_SEVERITIES.index(one[0].severity)
        ):
            examples = ", ".join(repr(key) for key in sample.examples)
            yield Finding(
                RULE,
                limit.severity,
                f"bucket {bucket.name}",
                f"has {sample.count:,} times {limit.message}: {examples}",
                limit.remedy,
                WHY,
            )


def known_census(run: MigrationRun, bucket: Bucket) -> Census:
    """Return the census of a bucket that the findings were made of; take it now where there is none."""
    known = taken_census(run.ledger, bucket)
    if known is None:
        _take(run, bucket)
        return Census.model_validate(run.ledger.read(_document(bucket)))
    return known


def taken_census(ledger: Ledger, bucket: Bucket) -> Census | None:
    """Return the census of a bucket that this run took, None where it took none."""
    name = _document(bucket)
    return Census.model_validate(ledger.read(name)) if ledger.exists(name) else None


def _take(run: MigrationRun, bucket: Bucket) -> _Counting:
    access = run.connections.object_storage(bucket.source.connection)
    place = f"bucket {bucket.source.bucket} at {access.endpoint_url}"
    with explained(place, "check that it is up and the connection may list and read it", access.secret_key):
        counting = count_objects(open_storage(access), bucket.source.bucket)
        tagged = look_closer(open_storage(access), bucket.source.bucket, counting)
    census = Census(
        objects=counting.objects,
        bytes=counting.bytes,
        in_parts=counting.in_parts,
        parts=counting.parts,
        tagged=tagged,
        marks=counting.marks.known(),
    )
    run.ledger.write(_document(bucket), census)
    return counting


def count_objects(client: Any, bucket: str) -> _Counting:
    """List a whole bucket as a stream."""
    counting = _Counting()
    counting.take(entries_of(Place(client, bucket)))
    return counting


def look_closer(client: Any, bucket: str, counting: _Counting) -> float:
    """Ask for the headers of a sample and of what is archived; return the share of the sample that has tags."""
    from botocore.exceptions import ClientError

    tagged = 0
    archived = {entry.key for entry in counting.archived}
    for key in dict.fromkeys([*(entry.key for entry in counting.sample), *archived]):
        try:
            answer = client.head_object(Bucket=bucket, Key=key)
        except ClientError:
            continue  # removed since it was listed, or not readable, which its copy tells
        if key in archived and not is_restored(answer):
            counting.found(ARCHIVED, key)
        for limit in limits_of_answer(answer):
            counting.found(limit, key)
        tagged += key not in archived and bool(answer.get("TagCount"))
    return tagged / max(len(counting.sample), 1)


def _document(bucket: Bucket) -> str:
    return f"census/{safe_key(bucket.name)}"
