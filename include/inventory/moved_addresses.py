"""Know which addresses move with the databases and buckets, and rewrite them in text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from include.definition import Definition


@dataclass(frozen=True)
class Move:
    """Say that what answers at `source` answers at `target` after the migration; `owner` is its entry's name.

    Of what is not made yet `target` is but a word: `is_known` is False.
    """

    owner: str
    source: str
    target: str
    is_known: bool = True


def moves_of(definition: Definition) -> tuple[Move, ...]:
    """Return the moves of a definition, each also by host name alone, the longest source first.

    Applications often keep host and port in two settings: the host alone is moved, too.
    """
    moves: dict[str, Move] = {}
    for entry in definition.moved_entries:
        if entry.address is not None:
            is_known = entry.address.target is not None
            move = Move(entry.name, entry.address.source, entry.address_after, is_known)
            moves.setdefault(move.source, move)
            for source, target in _shorter_forms(move):
                moves.setdefault(source, Move(entry.name, source, target, is_known))
    for row in definition.adaptation.addresses:
        moves.setdefault(row.source, Move(row.source, row.source, row.target))
    return longest_first(moves.values())


def longest_first(moves: Iterable[Move]) -> tuple[Move, ...]:
    """Return moves in the order in which they are told."""
    return tuple(sorted(moves, key=lambda move: (-len(move.source), move.source)))


def rewrite(text: str, moves: Sequence[Move]) -> tuple[str, tuple[str, ...]]:
    """Return the text with every moved address replaced, and the names of the entries they belong to."""
    owners: list[str] = []
    by_source = {move.source.lower(): move for move in moves}
    if not by_source or not any(source in text.lower() for source in by_source):
        return text, ()

    def replace(match: re.Match[str]) -> str:
        move = by_source[match.group(0).lower()]
        if move.owner not in owners:
            owners.append(move.owner)
        return move.target

    return _pattern(by_source).sub(replace, text), tuple(owners)


def _pattern(sources: Iterable[str]) -> re.Pattern[str]:
    # Neither `xpg.source.lab` nor `pg.source.lab.example` is `pg.source.lab`; nor is port 54321 port 5432.
    # One pass over all of them, the longest first: a replaced address is never replaced again.
    longest_first = sorted(sources, key=lambda source: (-len(source), source))
    alternatives = "|".join(re.escape(source) for source in longest_first)
    return re.compile(rf"(?<![A-Za-z0-9_.-])(?:{alternatives})(?![A-Za-z0-9_-]|\.[A-Za-z0-9])", re.IGNORECASE)


def _shorter_forms(move: Move) -> list[tuple[str, str]]:
    source, target = _authority(move.source), _authority(move.target)
    forms = [(source, target)] if source != move.source else []
    source_host, source_port = _split_port(source)
    target_host, target_port = _split_port(target)
    # With another port on the target, moving the host alone would point at a closed port.
    if source_host != source and source_port == target_port:
        forms.append((source_host, target_host))
    return forms


def _authority(address: str) -> str:
    return address.partition("://")[2].partition("/")[0] if "://" in address else address


def _split_port(authority: str) -> tuple[str, str]:
    host, _, port = authority.rpartition(":")
    return (host, port) if host and port.isdigit() else (authority, "")
