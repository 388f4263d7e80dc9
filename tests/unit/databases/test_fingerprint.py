"""Fingerprints tell what differs, and by name."""

from __future__ import annotations

from include.databases.fingerprint import Fingerprint, TableMark, detail_rows, differences, keyed_hash


def _mark(rows: int, digest: str = "1") -> TableMark:
    return TableMark(rows=rows, hash=digest)


def test_equal_databases_differ_in_nothing_and_have_one_digest() -> None:
    one = Fingerprint(tables={"a": _mark(1), "b": _mark(2)}, roles={"app": "login"})
    other = Fingerprint(tables={"b": _mark(2), "a": _mark(1)}, roles={"app": "login"})

    assert differences(one, other).is_none
    assert one.digest == other.digest
    assert differences(one, other).text() == "nothing"


def test_a_counter_that_moved_is_a_difference_but_no_write() -> None:
    before = Fingerprint(tables={"a": _mark(1)}, sequences={"auto_increment a": "512"})
    after = Fingerprint(tables={"a": _mark(1)}, sequences={"auto_increment a": "301"})

    assert differences(before, after).sequences == ["auto_increment a"]
    assert before.digest == after.digest


def test_missing_changed_and_additional_things_are_named() -> None:
    source = Fingerprint(tables={"a": _mark(1), "b": _mark(2)}, sequences={"s": "5, used"})
    target = Fingerprint(tables={"b": _mark(2, "9"), "c": _mark(1)}, sequences={"s": "4, used"})

    found = differences(source, target)

    assert found.tables == ["a", "b", "c"]
    assert found.text() == "tables a, b, c; sequences s"


def test_a_long_list_of_differences_is_cut() -> None:
    source = Fingerprint(tables={f"t{number}": _mark(1) for number in range(9)})

    assert differences(source, Fingerprint()).text(most=2) == "tables t0, t1 and 7 more"


def test_the_details_have_a_row_per_table_of_either_side() -> None:
    rows = detail_rows(
        Fingerprint(tables={"a": _mark(1)}), Fingerprint(tables={"a": _mark(1), "b": _mark(0)})
    )

    assert [(row["table"], row["equal"]) for row in rows] == [("a", True), ("b", False)]
    assert rows[1]["source"] is None


def test_only_roles_make_no_database() -> None:
    assert Fingerprint(roles={"app": "login"}).is_empty
    assert not Fingerprint(tables={"a": _mark(0)}).is_empty


def test_password_verifiers_compare_by_a_key() -> None:
    assert keyed_hash("k", "verifier") == keyed_hash("k", "verifier")
    assert keyed_hash("k", "verifier") != keyed_hash("other", "verifier")
