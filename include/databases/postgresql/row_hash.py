"""Say in SQL how a server hashes one row: value by value, each hash being the seed of the next.

No value takes another's place unnoticed, within a row or between two: a sum of separate hashes of values would not see that.
Built from functions that cannot change, because partitions by hash that `pg_upgrade` keeps depend on them. What such a
function makes of a typed value is not always what it is (1.0 and 1.00 hash alike, an enum's value by a number of its database), so that
all but whole numbers are hashed by their text, which is the same on every version.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SMALL_NUMBERS = ("int2", "int4")
TEXTS = ("text", "varchar")
FIRST_SEED = "0::bigint"
# The server's parser takes only so much within each other; wider rows are hashed as one text, which takes twice as long.
MOST_CELLS = 200
WHOLE = f"hashtextextended((r.*)::text, {FIRST_SEED})"


@dataclass(frozen=True)
class Cell:
    """Describe a column: its name as the server quotes it, the name of its type below any domain."""

    name: str
    kind: str
    is_never_null: bool


def row_hash(cells: Sequence[Cell]) -> str:
    """Return the expression for a row called `r`: 64 bits, never NULL."""
    if len(cells) > MOST_CELLS:
        return WHOLE
    seed = FIRST_SEED
    for cell in cells:
        seed = _cell_hash(cell, seed)
    return seed


def _cell_hash(cell: Cell, seed: str) -> str:
    column = f"r.{cell.name}"
    if not cell.is_never_null:
        # NULL and what stands for it differ by the seed.
        seed = f"{seed} # ({column} is null)::int::bigint"
    if cell.kind in SMALL_NUMBERS:
        return f"hashint4extended({_filled(cell, column, '0')}, {seed})"
    if cell.kind == "int8":
        value = _filled(cell, column, "0")
        # The function folds a number's halves to 32 bits; with the upper half by itself both are in.
        return f"hashint8extended({value} >> 32, hashint8extended({value}, {seed}))"
    # Collations of users may have a hash of their own; concat() makes nothing of NULL.
    text = _filled(cell, column, "''") if cell.kind in TEXTS else f"concat({column})"
    return f'hashtextextended({text} collate "C", {seed})'


def _filled(cell: Cell, column: str, instead: str) -> str:
    return column if cell.is_never_null else f"coalesce({column}, {instead})"
