"""Definitions that changed since the copy are named, whatever following and fences do to the source meanwhile."""

from __future__ import annotations

from include.databases import open_fences, shut_fences
from include.databases.drift import database_changes
from tests.contract.fences.conftest import Shop


def test_rows_and_fences_are_no_change_and_tables_and_columns_are(shop: Shop, kind: str) -> None:
    run = shop.move.copy()
    shop.write(1_000_000)
    shut_fences(run)
    assert database_changes(run) == []
    open_fences(run)

    shop.execute(shop.source, "alter table parcels add column weight int")
    shop.execute(shop.source, "create table bills (id int primary key)")
    shop.execute(shop.source, "drop table returns")
    (change,) = database_changes(run)

    found = dict(detail.split(": ", 1)[::-1] for detail in change.details)
    before = "relation public." if kind == "postgresql" else "table "
    assert change.object == "database small"
    assert {name: found.get(f"{before}{name}") for name in ("bills", "parcels", "returns")} == {
        "bills": "new",
        "parcels": "changed",
        "returns": "gone",
    }
