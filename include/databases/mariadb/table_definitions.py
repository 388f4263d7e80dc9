"""Take apart what SHOW CREATE TABLE says: the table itself, the indexes that are best made after its rows, its foreign keys."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# The server writes each column, key and constraint on a line of its own, and line breaks within texts as \n.
NAME = "`((?:[^`]|``)+)`"
INDEX = re.compile(rf"  (UNIQUE |FULLTEXT |SPATIAL )?KEY {NAME} ")
FOREIGN_KEY = re.compile(rf"  CONSTRAINT {NAME} FOREIGN KEY ")
PRIMARY_KEY = re.compile(rf"  PRIMARY KEY \({NAME}")
COUNTED_COLUMN = re.compile(rf"  {NAME} .* AUTO_INCREMENT")


@dataclass
class TableDefinition:
    """Hold the statement that makes a bare table, and clauses for ALTER TABLE … ADD by name."""

    bare: str
    indexes: dict[str, str] = field(default_factory=dict)
    foreign_keys: dict[str, str] = field(default_factory=dict)


def take_apart(statement: str, *, with_indexes: bool = False) -> TableDefinition:
    """Return the parts of a table.

    Unique keys stay where there is no primary key, since rows lie in their order; all stay where a column that counts is
    not the primary key, since the server makes none without its index.

    :param with_indexes: leave all indexes in the table.
    """
    first, *body = statement.split("\n")
    end = next(number for number, line in enumerate(body) if line.startswith(")"))
    parts, last = [line.removesuffix(",") for line in body[:end]], "\n".join(body[end:])
    key = next((match[1] for match in map(PRIMARY_KEY.match, parts) if match), None)
    counted = next((match[1] for match in map(COUNTED_COLUMN.match, parts) if match), key)
    found = TableDefinition("")
    kept = [
        part
        for part in parts
        if not _is_taken(part, found, with_unique=key is not None, is_fixed=with_indexes or counted != key)
    ]
    found.bare = "\n".join([first, ",\n".join(kept), last])
    return found


def _is_taken(part: str, found: TableDefinition, *, with_unique: bool, is_fixed: bool) -> bool:
    if match := FOREIGN_KEY.match(part):
        found.foreign_keys[_plain(match[1])] = part.strip()
        return True
    match = INDEX.match(part)
    if match is None or is_fixed or (match[1] == "UNIQUE " and not with_unique):
        return False
    found.indexes[_plain(match[2])] = part.strip()
    return True


def _plain(name: str) -> str:
    return name.replace("``", "`")
