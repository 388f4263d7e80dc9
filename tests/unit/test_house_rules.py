"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
MOST_LINES_OF_A_DAG = 120
NAMELESS = {"base2", "common", "helper", "helpers", "misc", "tools", "util", "utils"}
FOLDERS = ("benchmarks", "dags", "include", "lab", "plugins", "tests")
PRODUCT = ("dags", "include", "plugins")
# Airflow's and the standard library's names that a module of ours would hide.
TAKEN = {"airflow", "kubernetes", "boto3", "logging", "types"}


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


ALL = [pytest.param(path, id=name_of(path)) for path in modules(*FOLDERS)]
OURS = [pytest.param(path, id=name_of(path)) for path in modules(*PRODUCT, "lab")]


@pytest.mark.parametrize("path", ALL)
def test_a_file_and_its_functions_stay_small(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= LONGEST_FILE
    long = [
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


@pytest.mark.parametrize("path", OURS)
def test_a_module_and_what_is_public_in_it_say_what_they_are_for(path: Path) -> None:
    tree = ast.parse(path.read_text())
    silent = [node.name for node in _public(tree) if not ast.get_docstring(node)]
    assert ast.get_docstring(tree), "the module has no docstring"
    assert silent == []


@pytest.mark.parametrize("path", OURS)
def test_an_error_gets_its_text_finished(path: Path) -> None:
    """As logging takes it, `raise Error("no %s", name)` would show a pair to people."""
    unfinished = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and _is_a_format(node.exc)
    ]
    assert unfinished == []


def _is_a_format(call: ast.Call) -> bool:
    first = call.args[0] if len(call.args) > 1 else None
    return (
        isinstance(first, ast.Constant)
        and isinstance(first.value, str)
        and bool(set(first.value) & set("%{"))
    )


def _public(tree: ast.Module) -> list[ast.ClassDef | ast.FunctionDef]:
    found: list[ast.ClassDef | ast.FunctionDef] = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            found.append(node)
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            found += [
                one for one in node.body if isinstance(one, ast.FunctionDef) and not one.name.startswith("_")
            ]
    return found


@pytest.mark.parametrize("path", OURS)
def test_a_module_is_named_after_what_it_holds(path: Path) -> None:
    assert path.stem not in NAMELESS
    assert path.parent.name not in NAMELESS


@pytest.mark.parametrize(
    "package", sorted(path.parent.name for path in (ROOT / "include").glob("*/__init__.py"))
)
def test_a_package_can_be_the_first_that_is_imported(package: str) -> None:
    """Whichever operator a worker loads first, the circle of imports must be open there."""
    known = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "include"}
    for name in known:
        del sys.modules[name]
    try:
        importlib.import_module(f"include.{package}")
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "include"]:
            del sys.modules[name]
        sys.modules.update(known)


def test_no_package_of_ours_hides_another() -> None:
    top = {path.name for folder in ("", "plugins", "dags") for path in (ROOT / folder).iterdir()}
    assert not {name.removesuffix(".py") for name in top} & TAKEN


def test_dag_files_stay_wiring() -> None:
    assert [
        name_of(path) for path in (ROOT / "dags").glob("*.py") if _lines(path) > MOST_LINES_OF_A_DAG
    ] == []


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_every_make_target_tells_what_it_does() -> None:
    lines = (ROOT / "Makefile").read_text().splitlines()
    targets = {line.split()[1] for line in lines if line.startswith(".PHONY: ")}
    told = {line.partition(":")[0] for line in lines if " ## " in line and not line.startswith("\t")}
    assert targets == told


def test_every_decision_is_numbered_once() -> None:
    numbers = [path.name[:4] for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md")]
    assert sorted(numbers) == [f"{number:04d}" for number in range(1, len(numbers) + 1)]


def test_the_documents_name_files_that_exist() -> None:
    import re

    readme = (ROOT / "README.md").read_text()
    named = re.findall(r"\]\(([^)#]+)\)", readme)
    assert [name for name in named if "://" not in name and not (ROOT / name).exists()] == []


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout")
def test_no_file_records_where_it_was_made_or_where_packages_came_from() -> None:
    command = ["git", "grep", "-lE", "--index-url|--extra-index|registry\\+https|/root/\\.|/home/[a-z]+/"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    assert [name for name in found if name != name_of(Path(__file__))] == []
