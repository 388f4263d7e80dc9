from __future__ import annotations

from pathlib import Path

import pytest

from lab.cloud.store import Store


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state.json"


def test_what_was_kept_is_there_after_a_restart(file: Path) -> None:
    with Store(file).change("zones") as zones:
        zones["a"] = {"name": "lab."}
    assert Store(file).all("zones") == {"a": {"name": "lab."}}


def test_nothing_is_kept_of_a_change_that_failed(file: Path) -> None:
    store = Store(file)

    def fail() -> None:
        with store.change("zones") as zones:
            zones["a"] = {}
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    assert store.all("zones") == {}
    assert not file.exists()


def test_what_is_read_can_be_changed_without_changing_what_is_kept(file: Path) -> None:
    store = Store(file)
    with store.change("zones") as zones:
        zones["a"] = {"records": []}
    store.all("zones")["a"]["records"].append("b")
    assert store.all("zones") == {"a": {"records": []}}


def test_the_file_is_for_its_owner_only_and_the_only_one(file: Path) -> None:
    with Store(file).change("zones") as zones:
        zones["a"] = {"password": "secret"}
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]
