"""The commands that need nothing but the repository do what the pages say; they run in a copy, for some of them write."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.documented import Block, commands_of

FOLDERS = ("docs", "include", "migrations", "plugins", "dags", "tests")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("copy")
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, place / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return place


@pytest.mark.parametrize("block", commands_of("unit"), ids=str)
def test_it_succeeds_and_changes_no_page(block: Block, copy: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.script],
        cwd=copy,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(copy)},
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert changed(copy) == []


def changed(copy: Path) -> list[str]:
    pages = [page.relative_to(ROOT) for page in sorted((ROOT / "docs").rglob("*")) if page.is_file()]
    return [str(page) for page in pages if (copy / page).read_bytes() != (ROOT / page).read_bytes()]
