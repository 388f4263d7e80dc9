from __future__ import annotations

from pathlib import Path

import pytest

from lab import lifecycle, lifecycle_parts
from lab.binaries.build import module_cache
from lab.binaries.modules import COMPOSE, FOR_TESTS, MODULES, PEERS
from lab.connections import add_connections, read_connections
from lab.execution import in_network, without_proxy
from lab.lifecycle_parts import start_parts
from lab.parts import Part, Program
from lab.secrets import MAKERS, secrets
from lab.supervision import supervisor


class FakePart:
    address = "198.18.0.1"

    def __init__(self, name: str, log: list[str], depends_on: tuple[str, ...] = (), error: str = "") -> None:
        self.name, self.depends_on, self._log, self._error = name, depends_on, log, error

    def prepare(self) -> None:
        if self._error:
            raise RuntimeError(self._error)

    def programs(self) -> list[Program]:
        return []

    def is_ready(self) -> bool:
        return True

    def finish(self) -> None:
        self._log.append(self.name)


@pytest.fixture(autouse=True)
def no_supervisor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle_parts.supervisor, "run_programs", lambda part, programs: None)


def test_a_part_starts_after_those_it_depends_on(capsys: pytest.CaptureFixture[str]) -> None:
    log: list[str] = []
    parts: list[Part] = [FakePart("c", log, ("b",)), FakePart("b", log, ("a",)), FakePart("a", log)]
    assert start_parts(parts) == 0
    assert log == ["a", "b", "c"]


def test_what_depends_on_a_failed_part_is_not_started_and_the_rest_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log: list[str] = []
    parts: list[Part] = [FakePart("b", log, ("a",)), FakePart("a", log, error="no disk"), FakePart("c", log)]
    assert start_parts(parts) == 1
    assert log == ["c"]
    shown = capsys.readouterr().out
    assert "a: RuntimeError: no disk" in shown
    assert "b: not started, since a failed" in shown


def test_connections_are_kept_for_their_owner_and_replaced_by_id(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "connections.env"
    monkeypatch.setattr("lab.paths.CONNECTIONS_ENV", file)
    add_connections({"obs": {"login": "it's"}, "swr": {}})
    add_connections({"swr": {"host": "swr.eu-de.lab"}})
    assert read_connections() == {
        "AIRFLOW_CONN_OBS": '{"login": "it\'s"}',
        "AIRFLOW_CONN_SWR": '{"host": "swr.eu-de.lab"}',
    }
    assert file.stat().st_mode & 0o777 == 0o600


def test_secrets_are_made_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("lab.secrets.LAB", tmp_path)
    monkeypatch.setattr("lab.secrets.SECRETS_FILE", tmp_path / "secrets.json")
    first = secrets()
    assert set(first) == set(MAKERS)
    assert secrets() == first
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_a_program_stays_the_same_whoever_s_shell_brings_the_lab_up(monkeypatch: pytest.MonkeyPatch) -> None:
    program = Program("web", ["web"])
    monkeypatch.setenv("PATH", "/usr/bin")
    first = supervisor._section(program)
    monkeypatch.setenv("PATH", "/home/me/bin:/usr/bin")
    assert supervisor._section(program) == first


def test_a_program_with_a_percent_sign_survives_the_supervisors_expansion() -> None:
    section = supervisor._section(
        Program("a", ["date", "+%s"], {"KEY": 'a"%b'}, netns="ccelab-source", user="nobody")
    )
    assert "command=nsenter --net=/run/netns/ccelab-source -- setpriv" in section
    assert "date +%%s" in section
    assert 'KEY="a\\"%%b"' in section


def test_a_command_without_a_namespace_runs_as_it_is() -> None:
    assert in_network(None, ["id"]) == ["id"]


def test_the_lab_is_excepted_from_the_machines_proxy() -> None:
    assert without_proxy({"NO_PROXY": "corp"})["no_proxy"].startswith("corp,127.0.0.1")


def test_every_module_has_a_cache_of_its_own() -> None:
    modules = (*MODULES, *FOR_TESTS, PEERS, COMPOSE)
    assert len({module_cache(module) for module in modules}) == len(modules)


def test_a_lab_beside_that_of_another_folder_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle.supervisor, "folder", lambda: Path("/elsewhere"))
    with pytest.raises(SystemExit, match=r"The lab of /elsewhere runs .*`make lab-down` there first"):
        lifecycle._prepare_machine()
