"""The progress of a copy counts what passed, and ends at what was planned."""

from __future__ import annotations

import pytest

from include.databases.postgresql.pieces import Table, cut_all
from include.databases.postgresql.progress import CopyProgress, PieceCount


def test_a_copy_on_its_way_tells_rows_bytes_rate_and_time_left() -> None:
    moment = [0.0]
    documents: list[dict[str, object]] = []
    table = Table("public.orders", size=1_000_000, pages=10)
    progress = CopyProgress([table], documents.append, clock=lambda: moment[0])
    (piece,) = cut_all([table])
    count = PieceCount(progress, piece)

    moment[0] = 2.0
    count.moved(5000, 200_000)
    progress.write()

    (document,) = documents
    assert document["at"]
    assert {name: document[name] for name in document if name != "at"} == {
        "stage": "rows",
        "what": "tables",
        "items": 0,
        "total_items": 1,
        "rows": 5000,
        "bytes": 200_000,
        "total_bytes": 1_000_000,
        "bytes_per_second": 100_000,
        "seconds": 2.0,
        "seconds_left": 8.0,
    }
    assert progress.line() == (
        "0 of 1 tables, 0.2 of 1 MB, 100 kB/s, 2 s, about 8 s left, 5,000 rows, at rows"
    )


def test_rows_that_take_more_or_less_on_their_way_end_at_the_planned_size() -> None:
    tables = [Table("wide", size=1000, pages=1), Table("narrow", size=1000, pages=1)]
    progress = CopyProgress(tables)
    wide, narrow = (PieceCount(progress, piece) for piece in cut_all(tables))

    wide.moved(1, 5000)
    assert progress.bytes == 1000
    wide.end(is_last=True)
    narrow.moved(1, 10)
    narrow.end(is_last=True)

    assert (progress.items, progress.bytes, progress.rows) == (2, 2000, 2)


def test_a_document_that_cannot_be_written_does_not_stop_the_copy(caplog: pytest.LogCaptureFixture) -> None:
    def refuse(_: dict[str, object]) -> None:
        raise OSError("no such bucket")

    CopyProgress([], refuse).go_on_to("indexes and constraints")
    assert "The progress is not written: no such bucket" in caplog.text
