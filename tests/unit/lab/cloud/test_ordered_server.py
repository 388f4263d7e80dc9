from __future__ import annotations

from pathlib import Path

import pytest

from lab import paths, registry_of_parts
from lab.cloud import orders
from lab.cloud.backends.ordered_server import OrderedServer
from lab.cloud.backends.postgresql import Postgresql
from lab.services.postgres import TargetPostgres

PART = "target-postgres"


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Return the parts that are started; a part that is has data."""
    names: list[str] = []

    def start_part(name: str) -> None:
        names.append(name)
        (tmp_path / name / "data").mkdir(parents=True)

    monkeypatch.setattr(paths, "DATA", tmp_path)
    monkeypatch.setattr(orders, "start_part", start_part)
    monkeypatch.setattr(orders, "end_part", names.remove)
    return names


def server() -> OrderedServer:
    return OrderedServer(
        PART, "PostgreSQL", lambda: "15", "198.18.0.15", 5432, Postgresql, own_password="the lab's own"
    )


def test_an_order_starts_the_part_with_the_password_of_the_order(started: list[str], tmp_path: Path) -> None:
    assert not server().is_there()
    server().make("Sesame-open-1")
    assert (started, server().is_there()) == ([PART], True)
    assert server().open().place.password == "Sesame-open-1"
    made = [line for line in TargetPostgres().first_statements() if "create role root" in line]
    assert "password 'Sesame-open-1'" in made[0]
    assert (tmp_path / PART / "administrator").stat().st_mode & 0o777 == 0o600


def test_a_server_that_nobody_ordered_has_the_labs_password() -> None:
    assert server().open().place.password == "the lab's own"


def test_the_end_of_a_server_takes_its_data_and_its_password_with_it(
    started: list[str], tmp_path: Path
) -> None:
    server().make("Sesame-open-1")
    server().remove()
    assert (started, server().is_there(), list(tmp_path.iterdir())) == ([], False, [])


def test_a_server_on_order_is_a_part_once_it_was_made_or_is_named(secrets: dict[str, str]) -> None:
    assert PART not in [part.name for part in registry_of_parts.all_parts(("cloud",))]
    assert PART in [part.name for part in registry_of_parts.all_parts((PART,))]
    server().make("Sesame-open-1")
    assert PART in [part.name for part in registry_of_parts.all_parts()]


def test_the_password_of_an_order_is_not_shown() -> None:
    assert "the lab's own" not in repr(server())
