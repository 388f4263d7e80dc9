"""The parts of the MariaDB copy that need no server."""

from __future__ import annotations

import pytest

from include.databases.mariadb.fingerprints import COUNTER, mark_query, table_definition
from include.databases.mariadb.pieces import cut
from include.databases.mariadb.session import quoted
from include.databases.mariadb.tables import Column, Table
from include.databases.mariadb.users import Account, grants_in, revocation
from include.errors import PermanentError

USAGE = "GRANT USAGE ON *.* TO `app`@`%` IDENTIFIED BY PASSWORD '*AA'"
ALL = "GRANT ALL PRIVILEGES ON `stock`.* TO `app`@`%` WITH GRANT OPTION"
ITEMS = "GRANT SELECT (`a`, `b`), INSERT ON `stock`.`items` TO `app`@`%`"
ROUTINE = "GRANT EXECUTE ON PROCEDURE `stock`.`pr` TO `app`@`localhost`"
OTHER = "GRANT SELECT ON `other`.* TO `app`@`%`"


def mark(name: str, *columns: Column, is_versioned: bool = False) -> str:
    (piece,) = cut(Table(name, 1, is_versioned=is_versioned, columns=columns), [])
    return mark_query("stock", piece)


def test_only_grants_in_the_database_are_carried_over() -> None:
    grants = grants_in([USAGE, ALL, ITEMS, ROUTINE, OTHER], {"stock"})

    assert grants == tuple(sorted([ALL, ITEMS, ROUTINE]))


def test_grants_on_a_pattern_that_covers_the_database_count() -> None:
    pattern = "GRANT SELECT ON `st%`.* TO `app`@`%`"

    assert grants_in([pattern, OTHER], {"stock", "st%"}) == (pattern,)


@pytest.mark.parametrize(
    ("grant", "expected"),
    [
        (ALL, "REVOKE ALL PRIVILEGES, GRANT OPTION ON `stock`.* FROM `app`@`%`"),
        (ITEMS, "REVOKE SELECT (`a`, `b`), INSERT ON `stock`.`items` FROM `app`@`%`"),
        (ROUTINE, "REVOKE EXECUTE ON PROCEDURE `stock`.`pr` FROM `app`@`localhost`"),
    ],
)
def test_a_grant_can_be_taken_back(grant: str, expected: str) -> None:
    assert revocation(grant) == expected


def test_an_unreadable_grant_is_told() -> None:
    with pytest.raises(PermanentError, match="take it back by hand"):
        revocation("GRANT PROXY")


def test_an_accounts_mark_does_not_show_its_password() -> None:
    account = Account("app", "%", "CREATE USER `app`@`%` IDENTIFIED BY PASSWORD '*AA'", (ITEMS,))

    assert "*AA" not in account.mark("key")
    assert account.mark("key") != account.mark("other")


def test_names_are_quoted_whatever_they_hold() -> None:
    assert quoted("odd `name") == "`odd ``name`"
    query = mark("odd `name", Column("a", "int"), Column("b'", "text"))
    assert "concat_ws(',', ifnull(`a`, '-'), ifnull(md5(`b'`), '-'))" in query
    assert query.endswith("from `stock`.`odd ``name`")


def test_a_float_is_hashed_as_what_it_holds_and_not_as_it_is_shown() -> None:
    assert "ifnull(cast(`a` as double), '-')" in mark("t", Column("a", "float"))


def test_text_goes_into_the_hash_as_its_bytes_with_their_number_before() -> None:
    assert "ifnull(concat(length(`a`), ':', cast(`a` as binary)), '-')" in mark("t", Column("a", "varchar"))


def test_former_rows_of_a_versioned_table_count() -> None:
    assert mark("t", Column("a", "int"), is_versioned=True).endswith("`t` for system_time all")


def test_a_table_s_definition_is_the_same_from_older_and_newer_servers() -> None:
    older = "CREATE TABLE `t` (\n  `a` varchar(9) CHARACTER SET utf8 DEFAULT NULL\n) ENGINE=InnoDB DEFAULT CHARSET=utf8"
    newer = (
        "CREATE TABLE `t` (\n  `a` varchar(9) DEFAULT NULL\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 "
        "COLLATE=utf8mb3_general_ci"
    )
    one = table_definition(older, [("a", "utf8", "utf8_general_ci")])
    other = table_definition(newer, [("a", "utf8mb3", "utf8mb3_general_ci")])

    assert one == other
    assert other != table_definition(newer, [("a", "utf8mb3", "utf8mb3_bin")])
    assert "utf8mb4" in table_definition("", [("a", "utf8mb4", "utf8mb4_bin")])


def test_the_next_number_of_a_table_is_no_part_of_its_definition() -> None:
    assert COUNTER.sub("", "ENGINE=InnoDB AUTO_INCREMENT=12 DEFAULT") == "ENGINE=InnoDB DEFAULT"
