"""Compare databases by fingerprints that each server computes by itself."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

PART_NAMES = ("tables", "sequences", "large_objects", "definitions", "roles")


class TableMark(BaseModel):
    """Count a table's rows and sum their hashes, in whatever order they come."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: int
    hash: str


class Fingerprint(BaseModel):
    """Hold what two equal databases have equal.

    `tables`: name -> rows and hash. `sequences`: name -> state as text. `large_objects`: id -> hash.
    `definitions`: `kind name` -> hash of the definition, for tables, views, functions, triggers, extensions and so on.
    `roles`: name -> attributes that matter to this database.
    `definers`: `kind name` -> as whom it runs on each side, where the definition lets the target's user take its definer's place; its
    definition counts as it is on the source.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    tables: dict[str, TableMark] = Field(default_factory=dict)
    sequences: dict[str, str] = Field(default_factory=dict)
    large_objects: dict[str, str] = Field(default_factory=dict)
    definitions: dict[str, str] = Field(default_factory=dict)
    roles: dict[str, str] = Field(default_factory=dict)
    definers: dict[str, str] = Field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Return one hash of what a database holds.

        Counters have no part in it: a MariaDB server that is started again gives back the numbers it had reserved, and
        nothing was written.
        """
        return hash_of(self.model_dump(mode="json", exclude={"sequences", "definers"}))

    @property
    def rows(self) -> int:
        """Return the rows of all tables."""
        return sum(table.rows for table in self.tables.values())

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing but roles."""
        return not (self.tables or self.definitions or self.large_objects)

    def summary(self) -> dict[str, Any]:
        """Return counts and one hash a part, for the report."""
        parts = self.model_dump(mode="json")
        hashes = {name: hash_of(parts[name])[:16] for name in PART_NAMES}
        return {
            "tables": len(self.tables),
            "rows": self.rows,
            "sequences": len(self.sequences),
            "large_objects": len(self.large_objects),
            "definitions": len(self.definitions),
            "hashes": hashes,
        }


@dataclass(frozen=True)
class Differences:
    """List what differs between two fingerprints, by name."""

    tables: list[str] = field(default_factory=list)
    sequences: list[str] = field(default_factory=list)
    large_objects: list[str] = field(default_factory=list)
    definitions: list[str] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)

    @property
    def is_none(self) -> bool:
        """Say whether both are equal."""
        return not any((self.tables, self.sequences, self.large_objects, self.definitions, self.roles))

    def text(self, most: int = 5) -> str:
        """Return what differs, at most a few names of each sort."""
        parts = []
        for name in PART_NAMES:
            names: list[str] = getattr(self, name)
            if names:
                more = f" and {len(names) - most} more" if len(names) > most else ""
                parts.append(f"{name.replace('_', ' ')} {', '.join(names[:most])}{more}")
        return "; ".join(parts) or "nothing"


def differences(source: Fingerprint, target: Fingerprint) -> Differences:
    """Return the names of everything that is on one side only or differs."""
    return Differences(**{
        name: _different(getattr(source, name), getattr(target, name)) for name in PART_NAMES
    })


def told_definers(fingerprint: Fingerprint, most: int = 5) -> str:
    """Return what a proof has to say of code that runs as another, empty when none does."""
    found = [f"{name}: {text}" for name, text in sorted(fingerprint.definers.items())]
    more = f", and {len(found) - most} more" if len(found) > most else ""
    told = f"; equal but for their definers, exchanged by the definition: {', '.join(found[:most])}{more}"
    return told if found else ""


def detail_rows(source: Fingerprint, target: Fingerprint) -> list[dict[str, Any]]:
    """Return one row per table with both sides' counts and hashes."""
    names = sorted({*source.tables, *target.tables})
    return [_detail(name, source.tables.get(name), target.tables.get(name)) for name in names]


def hash_of(value: Any) -> str:
    """Return the hash of plain data."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def keyed_hash(key: str, secret: str) -> str:
    """Return a short hash by which password verifiers are compared; it cannot be searched without the key."""
    return hmac.new(key.encode(), secret.encode(), hashlib.sha256).hexdigest()[:16]


def _different(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))


def _detail(name: str, source: TableMark | None, target: TableMark | None) -> dict[str, Any]:
    return {
        "table": name,
        "source": source.model_dump() if source else None,
        "target": target.model_dump() if target else None,
        "equal": source == target,
    }
