"""Messages of pgoutput mean what PostgreSQL 15 meant by them: the bytes are its own."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.databases.postgresql.pgoutput import (
    UNCHANGED,
    Begin,
    Commit,
    Delete,
    Insert,
    Message,
    Relation,
    Truncate,
    Update,
    Value,
    decode,
)

T, W = 0x5BB1, 0x5BB8
# create table t (id int primary key, "na me" text, big text); create table w (a text, b int), replica identity full
RECORDED = [
    ("42000000001c8c34d80003043c6ef4b77d0002329e", Begin(0x1C8C34D8, 0x3043C6EF4B77D, 0x2329E)),
    (
        "5200005bb17075626c69630074006400030169640000000017ffffffff006e61206d650000000019ffffffff006269670000000019ffffffff",
        Relation(T, "public", "t", "d", ("id", "na me", "big"), (True, False, False)),
    ),
    (
        "5200005bb87075626c696300770066000201610000000019ffffffff01620000000017ffffffff",
        Relation(W, "public", "w", "f", ("a", "b"), (True, True)),
    ),
    ("5500005bb14e000374000000013174000000016275", Update(T, None, ("1", "b", UNCHANGED))),
    (
        "5500005bb14b00037400000001316e6e4e0003740000000132740000000162740000000173",
        Update(T, ("1", None, None), ("2", "b", "s")),
    ),
    ("4900005bb84e00026e74000000022d35", Insert(W, (None, "-5"))),
    ("5500005bb84f00026e74000000022d354e00026e740000000136", Update(W, (None, "-5"), (None, "6"))),
    ("4400005bb84f00026e740000000136", Delete(W, (None, "6"))),
    ("4400005bb14b00037400000001326e6e", Delete(T, ("2", None, None))),
    ("54000000020100005bb100005bb8", Truncate((T, W), cascades=True)),
    ("4300000000001c8c34d8000000001c8c37180003043c6ef4b77d", Commit(0x1C8C3718)),
]


@pytest.mark.parametrize(("recorded", "meant"), RECORDED, ids=lambda one: type(one).__name__)
def test_a_recorded_message_is_understood(recorded: str, meant: Message) -> None:
    assert decode(bytes.fromhex(recorded)) == meant


@pytest.mark.parametrize("kind", [b"O", b"Y", b"M"])
def test_what_changes_nothing_is_passed_over(kind: bytes) -> None:
    assert decode(kind + b"\0" * 12) is None


@pytest.mark.parametrize("data", [b"", b"S\0\0", b"I" + struct.pack(">IcHc", 1, b"N", 1, b"b")])
def test_what_is_not_in_the_protocol_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="kind"):
        decode(data)


values = st.one_of(
    st.none(), st.just(UNCHANGED), st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
)


def written(value: Value) -> bytes:
    if value is None:
        return b"n"
    if value is UNCHANGED:
        return b"u"
    text = str(value).encode()
    return b"t" + struct.pack(">i", len(text)) + text


@given(st.integers(0, 2**32 - 1), st.lists(values, max_size=6))
def test_every_row_is_read_as_it_was_written(relation: int, row: list[Value]) -> None:
    body = struct.pack(">H", len(row)) + b"".join(map(written, row))
    assert decode(b"I" + struct.pack(">I", relation) + b"N" + body) == Insert(relation, tuple(row))
