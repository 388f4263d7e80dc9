"""Shape the documents that several phases write alike."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Action = Literal["copied", "already_equal", "adapted", "excluded", "failed"]
PhaseResult = Literal["succeeded", "failed"]


def now() -> str:
    """Return the present moment in UTC, ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Record(BaseModel):
    """Refuse unknown fields and changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ItemRecord(Record):
    """Say what was done with one item of the plan."""

    key: str = Field(min_length=1, description="the plan's key of the item, any text")
    phase: str = Field(min_length=1, description="id of the phase that acted")
    kind: str = Field(description="image, database, bucket, volume, object, endpoint, …")
    source: str = Field(description="where it came from")
    target: str = Field(description="where it went")
    action: Action
    bytes: int = Field(default=0, ge=0, description="bytes moved, 0 when it was equal already")
    seconds: float = Field(default=0.0, ge=0)
    predicted_seconds: float | None = None
    error: str | None = Field(default=None, description="why it failed, without secrets")
    note: str | None = Field(default=None, description="what was left out or is worth to know")


class Proof(Record):
    """Compare one item on both sides: what was compared, both values, and whether they are equal."""

    method: str = Field(min_length=1, description="e.g. config and layer digests")
    source: Any = Field(description="value seen on the source: text, number or mapping")
    target: Any = Field(description="value seen on the target")
    equal: bool


class Waiver(Record):
    """Accept an unequal proof by name."""

    by: str = Field(min_length=1, description="the person who accepts")
    reason: str = Field(min_length=1)
    at: str = Field(default_factory=now)


class PhaseRecord(Record):
    """Sum a phase up from its items."""

    id: str
    started: str | None = None
    finished: str | None = None
    items: int = 0
    bytes: int = 0
    result: PhaseResult | None = None
