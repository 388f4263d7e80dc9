"""Decode what PostgreSQL's output plugin pgoutput sends, protocol version 1.

The formats are those of "Logical Replication Message Formats" in PostgreSQL's manual; all numbers are big-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Unchanged(Enum):
    """Stand for a value that is stored outside of its row and was not changed: it is not sent."""

    UNCHANGED = "unchanged"


UNCHANGED = Unchanged.UNCHANGED
Value = str | None | Unchanged
Row = tuple[Value, ...]


@dataclass(frozen=True)
class Begin:
    """Open a transaction: where its commit lies in the log, when it was committed (microseconds since 2000), its 32-bit id."""

    commit_position: int
    committed: int
    xid: int


@dataclass(frozen=True)
class Commit:
    """Close a transaction: where the log goes on behind it."""

    end_position: int


@dataclass(frozen=True)
class Relation:
    """Describe a table before its first change: `keys` are the columns by which its rows are told apart.

    :param identity: `d` primary key, `i` an index, `f` all columns, `n` none.
    """

    number: int
    schema: str
    name: str
    identity: str
    columns: tuple[str, ...]
    keys: tuple[bool, ...]


@dataclass(frozen=True)
class Insert:
    """Add a row."""

    relation: int
    new: Row


@dataclass(frozen=True)
class Update:
    """Change a row; `old` is sent when its key changed, or when all columns are the key."""

    relation: int
    old: Row | None
    new: Row


@dataclass(frozen=True)
class Delete:
    """Remove a row; of `old` only the key is sent, or all columns when these are the key."""

    relation: int
    old: Row


@dataclass(frozen=True)
class Truncate:
    """Empty tables."""

    relations: tuple[int, ...]
    cascades: bool


Change = Insert | Update | Delete | Truncate
Message = Begin | Commit | Relation | Change


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, form: str) -> tuple[int, ...]:
        found: tuple[int, ...] = struct.unpack_from(f">{form}", self._data, self._at)
        self._at += struct.calcsize(f">{form}")
        return found

    def number(self, form: str) -> int:
        return self.take(form)[0]

    def letter(self) -> str:
        return chr(self.number("B"))

    def text(self) -> str:
        end = self._data.index(b"\0", self._at)
        found = self._data[self._at : end].decode()
        self._at = end + 1
        return found

    def row(self) -> Row:
        return tuple(self._value() for _ in range(self.number("H")))

    def _value(self) -> Value:
        kind = self.letter()
        if kind == "n":
            return None
        if kind == "u":
            return UNCHANGED
        if kind != "t":
            raise ValueError(f"value of kind {kind!r}: only text was asked for")
        size = self.number("i")
        self._at += size
        return self._data[self._at - size : self._at].decode()


def decode(data: bytes) -> Message | None:
    """Return a message; None for those that change nothing (origins, types, messages of programs).

    :raises ValueError: for one that is not in the protocol.
    """
    kind = data[:1].decode("ascii", "replace")
    if kind in {"O", "Y", "M"}:
        return None
    if kind not in _DECODERS:
        raise ValueError(f"message of kind {kind!r} is unknown")
    return _DECODERS[kind](_Reader(data[1:]))


def _begin(reader: _Reader) -> Begin:
    return Begin(*reader.take("QqI"))


def _commit(reader: _Reader) -> Commit:
    _, _, end, _ = reader.take("BQQq")
    return Commit(end)


def _relation(reader: _Reader) -> Relation:
    number, schema, name = reader.number("I"), reader.text() or "pg_catalog", reader.text()
    identity = reader.letter()
    columns, keys = [], []
    for _ in range(reader.number("H")):
        keys.append(bool(reader.number("B") & 1))
        columns.append(reader.text())
        reader.take("Ii")
    return Relation(number, schema, name, identity, tuple(columns), tuple(keys))


def _insert(reader: _Reader) -> Insert:
    relation, _ = reader.number("I"), reader.letter()
    return Insert(relation, reader.row())


def _update(reader: _Reader) -> Update:
    relation, old = reader.number("I"), None
    if reader.letter() != "N":
        old = reader.row()
        reader.letter()
    return Update(relation, old, reader.row())


def _delete(reader: _Reader) -> Delete:
    relation, _ = reader.number("I"), reader.letter()
    return Delete(relation, reader.row())


def _truncate(reader: _Reader) -> Truncate:
    count, flags = reader.take("IB")
    return Truncate(reader.take(f"{count}I"), bool(flags & 1))


_DECODERS: dict[str, Callable[[_Reader], Message]] = {
    "B": _begin,
    "C": _commit,
    "R": _relation,
    "I": _insert,
    "U": _update,
    "D": _delete,
    "T": _truncate,
}
