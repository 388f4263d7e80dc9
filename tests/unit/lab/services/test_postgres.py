from __future__ import annotations

from pathlib import Path

import pytest

from lab.services.postgres import SourcePostgres, TargetPostgres, newest, settings, target_connection


def test_the_newest_version_is_taken_by_its_number_not_its_text(tmp_path: Path) -> None:
    for version in ("9.6", "15", "9"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "postgres").touch()
    assert newest(tmp_path) == tmp_path / "15" / "bin"


def test_a_missing_server_is_told_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"apt-get install .* postgresql"):
        newest(tmp_path)


def test_a_server_listens_on_its_own_address_only() -> None:
    assert "listen_addresses = '198.18.0.14'" in settings("198.18.0.14", 10)
    assert "unix_socket_directories = ''" in settings("198.18.0.14", 10)


def test_statements_which_may_hold_passwords_are_never_logged() -> None:
    assert "log_min_error_statement = panic" in settings("198.18.0.14", 10)


def test_the_targets_administrator_is_no_superuser() -> None:
    target = TargetPostgres()
    made = [statement for statement in target.first_statements() if statement.startswith("create role root")]
    assert len(made) == 1
    assert "superuser" not in made[0]
    assert target.owner_of_all() != target_connection()["login"]


def test_the_sources_administrator_is_the_superuser() -> None:
    source = SourcePostgres()
    assert source.owner_of_all() == source.connections()["source_postgres"]["login"]
