from __future__ import annotations

from pathlib import Path

import pytest

from lab import paths
from lab.binaries import build
from lab.binaries.build import module_cache, provide
from lab.binaries.modules import Binary, Manifests, Module, Name

# Stands for Go: a program it builds says its package, and the module that is asked for is beside it.
GO = """#!/bin/sh
echo "$1" >> "$(dirname "$0")/calls"
case $1 in
  build) while [ "$1" != -o ]; do shift; done; echo "$3" > "$2" ;;
  list) echo "$(dirname "$0")/module" ;;
esac
"""
KINDS = Manifests("example.org/kinds", ("one.yaml", "two.yaml"), "kinds.yaml")
MODULE = Module("shop", "a module", (Binary("./cmd", (Name("program"),)),), 1, manifests=(KINDS,))


@pytest.fixture
def go(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in ("BIN", "LOGS"):
        monkeypatch.setattr(paths, name, tmp_path / name.lower())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    command = tmp_path / "go"
    command.write_text(GO)
    command.chmod(0o755)
    (tmp_path / "module").mkdir()
    for file in KINDS.files:
        (tmp_path / "module" / file).write_text(f"name: {file}\n")
    monkeypatch.setattr(build, "find_go", lambda cache: str(command))
    return command


def calls(go: Path) -> list[str]:
    return (go.parent / "calls").read_text().split()


def test_a_module_gives_its_programs_and_the_manifests_of_what_it_is_built_of(go: Path) -> None:
    provide((MODULE,), lambda line: None)
    assert (paths.BIN / "program").read_text() == "./cmd\n"
    assert (paths.BIN / "kinds.yaml").read_text() == "name: one.yaml\n\n---\nname: two.yaml\n"


def test_what_was_built_once_is_placed_again_from_the_cache(go: Path) -> None:
    provide((MODULE,), lambda line: None)
    for file in paths.BIN.iterdir():
        file.unlink()
    provide((MODULE,), lambda line: None)
    assert (paths.BIN / "program").exists()
    assert (paths.BIN / "kinds.yaml").exists()
    assert calls(go) == ["build", "list"]


def test_other_manifests_are_another_build() -> None:
    without = Module("shop", "a module", MODULE.binaries, 1)
    assert module_cache(without) != module_cache(MODULE)
