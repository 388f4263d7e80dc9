from __future__ import annotations

import importlib
from types import ModuleType

import httpx
import pytest


@pytest.fixture
def command() -> ModuleType:
    return importlib.import_module("lab.migrate.__main__")


@pytest.fixture(autouse=True)
def nothing_starts(command: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    started: list[list[str]] = []

    class Done:
        returncode = 7

    def run(line: list[str]) -> Done:
        started.append(line[1:])
        return Done()

    monkeypatch.setattr(command.subprocess, "run", run)
    monkeypatch.delenv("LAB", raising=False)
    return started


def test_a_missing_definition_is_refused_before_anything_starts(
    command: ModuleType, nothing_starts: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--definition", "nope.yaml"]) == 2
    assert "The definition nope.yaml does not exist." in capsys.readouterr().err
    assert nothing_starts == []


def test_an_unknown_argument_is_refused(command: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        command.main(["--definiton", "lab"])
    assert caught.value.code == 2


def test_a_lab_that_does_not_come_up_ends_the_command_with_its_code(
    command: ModuleType, nothing_starts: list[list[str]]
) -> None:
    assert command.main(["--definition", "lab"]) == 7
    assert nothing_starts == [["-m", "lab", "up"]]


def test_with_lab_up_nothing_is_started_and_a_lab_that_is_down_is_said(
    command: ModuleType,
    nothing_starts: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refused(self: object) -> None:
        raise httpx.ConnectError("refused")

    monkeypatch.setenv("LAB", "up")
    monkeypatch.setattr(command.RestClient, "health", refused)
    assert command.main(["--definition", "lab"]) == 3
    assert "Start the lab: make lab-up" in capsys.readouterr().out
    assert nothing_starts == []
