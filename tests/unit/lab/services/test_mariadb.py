from __future__ import annotations

from lab.services.mariadb import SourceMariadb, TargetMariadb, settings


def test_the_targets_administrator_has_no_right_that_a_managed_server_keeps() -> None:
    rights = {right.strip() for right in TargetMariadb.rights.split(",")}
    assert not {right for right in rights if right.endswith(" admin")}
    assert not rights & {"all privileges", "super", "file", "shutdown", "create tablespace"}


def test_no_account_without_a_password_is_left() -> None:
    statements = SourceMariadb().first_statements()
    assert statements[0] == "delete from mysql.global_priv where user in ('root', '')"
    assert all("identified by ''" not in statement for statement in statements)


def test_a_server_listens_on_its_own_address_only() -> None:
    assert "bind-address = 198.18.0.16\n" in settings("198.18.0.16", 1)


def test_a_server_that_starts_leaves_the_other_s_temporary_tables_alone() -> None:
    assert "tmpdir = /var/lib/mysql/tmp\n" in settings("198.18.0.16", 1)
