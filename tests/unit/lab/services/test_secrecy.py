"""Commands and variables are open to all who list processes: no secret may be in one."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab import registry_of_parts
from lab.parts import HasConnections, Part
from lab.services import postgres

PLACES = ("lab.services.", "lab.cloud.")
PARTS = [name for name, place in registry_of_parts.PARTS.items() if place.startswith(PLACES)]


@pytest.fixture
def part(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Part:
    monkeypatch.setattr(postgres, "binaries", lambda: Path("/usr/lib/postgresql/15/bin"))
    return registry_of_parts.all_parts((request.param,))[-1]


@pytest.mark.parametrize("part", PARTS, indirect=True)
def test_no_secret_is_in_a_command_or_a_variable(part: Part, secrets: dict[str, str]) -> None:
    for program in part.programs():
        shown = " ".join([*program.command, *program.environment.values()])
        assert not [name for name, value in secrets.items() if value in shown]


@pytest.mark.parametrize("part", PARTS, indirect=True)
def test_connections_name_hosts_and_not_addresses(part: Part) -> None:
    # the addresses of services are what a migration rewrites: they have to be names, as in a real estate
    connections = part.connections() if isinstance(part, HasConnections) else {}
    for name, connection in connections.items():
        if name != "dns":
            assert "198.18." not in str(connection)


def test_every_connection_of_the_lab_comes_from_one_part(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [part for part in registry_of_parts.all_parts(tuple(PARTS)) if isinstance(part, HasConnections)]
    names = [name for part in parts for name in part.connections()]
    assert sorted(names) == [
        "dns",
        "huawei_cloud",
        "obs",
        "source_mariadb",
        "source_postgres",
        "source_registry",
        "source_s3",
        "swr",
        "target_mariadb",
        "target_postgres",
        "volume_repository",
    ]
