from __future__ import annotations

from pathlib import Path

import pytest

from lab.airflow import database


class FakeDatabase:
    """Takes the commands; `head` is the version its tables have."""

    def __init__(self, head: str = "") -> None:
        self.head = head
        self.commands: list[str] = []

    def run(self, command: list[str]) -> str:
        name = Path(command[0]).name
        if "--command" in command:
            return self.head
        self.commands.append(name)
        if name == "pg_dump":
            Path(command[-1].partition("=")[2]).write_text("create table")
        else:
            self.head = "abc"
        return ""


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(database, "cache_folder", lambda: tmp_path / "cache")
    return tmp_path / "cache"


def made_by(fake: FakeDatabase, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    fake.commands.clear()
    monkeypatch.setattr(database, "_command", fake.run)
    database.make_tables()
    return list(fake.commands)


def test_the_first_lab_migrates_and_keeps_a_dump(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert made_by(FakeDatabase(), monkeypatch) == ["airflow", "pg_dump"]
    assert [path.suffix for path in cache.iterdir()] == [".sql"]


def test_the_next_lab_takes_the_dump(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_by(FakeDatabase(), monkeypatch)
    database._stamp().unlink()
    assert made_by(FakeDatabase(), monkeypatch) == ["psql"]


def test_a_second_start_of_the_same_lab_does_nothing(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeDatabase()
    made_by(fake, monkeypatch)
    assert made_by(fake, monkeypatch) == []


def test_tables_of_another_version_are_migrated_and_not_dumped(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert made_by(FakeDatabase(head="old"), monkeypatch) == ["airflow"]
    assert not cache.exists()


def test_a_failed_command_says_its_last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RuntimeError, match="sh failed: no such table"):
        database._command(["sh", "-c", "echo no such table >&2; exit 1"])
