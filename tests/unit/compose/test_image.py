"""The Dockerfile brings what the product calls, from sources that are there, for a user without rights."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.unit.compose.files import (
    AIRFLOW_SERVICES,
    ROOT,
    SERVICES,
    copied_from_context,
    instructions,
    is_ignored,
)

# Which words of the Dockerfile bring a program that the product calls.
BROUGHT_BY = {
    "mariadb": " mariadb-client ",
    "mariadb-dump": " mariadb-client ",
    "pg_dump": "postgresql-client-$POSTGRESQL_CLIENT",
    "pg_restore": "postgresql-client-$POSTGRESQL_CLIENT",
    "setpriv": " util-linux ",
    "velero": "-o /engines/ github.com/vmware-tanzu/velero/cmd/velero",
}
FINDERS = {"find_program", "which"}
RUNNERS = {"run_engine", "start_engine", "run", "Popen"}


def called_programs() -> Iterator[str]:
    """Every program that the product looks for or runs, by the text of its sources."""
    for folder in ("include", "plugins", "dags"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and node.args:
                    yield from _program(node)


def _program(call: ast.Call) -> Iterator[str]:
    function = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    first = call.args[0]
    if function in RUNNERS and isinstance(first, ast.List) and first.elts:
        first = first.elts[0]
    elif function not in FINDERS:
        return
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        yield first.value


def words_of(word: str) -> list[str]:
    return [one.text for one in instructions() if one.word == word]


@pytest.mark.parametrize("program", sorted(set(called_programs())))
def test_every_program_that_the_product_calls_is_in_the_image(program: str) -> None:
    assert program in BROUGHT_BY, "install it in the Dockerfile and say here what brings it"
    assert any(BROUGHT_BY[program] in text for text in words_of("RUN"))


def test_the_scan_finds_the_programs_of_every_phase() -> None:
    assert {"pg_dump", "mariadb-dump", "velero"} <= set(called_programs())


@pytest.mark.parametrize("path", copied_from_context())
def test_every_file_that_is_copied_is_in_the_project_and_reaches_the_build(path: str) -> None:
    assert (ROOT / path).is_file()
    assert not is_ignored(path)


@pytest.mark.parametrize(
    "path", [".env", "connections.env", ".lab/connections.env", ".git/config", "dags/a.py"]
)
def test_nothing_else_reaches_the_build(path: str) -> None:
    assert is_ignored(path)


@pytest.mark.parametrize("image", words_of("FROM"))
def test_every_base_image_has_a_version(image: str) -> None:
    assert re.match(r"(golang:1\.\d+|python:3\.\d+-slim)-bookworm( AS \w+)?$", image)


def test_the_image_has_the_python_that_the_requirements_are_locked_for() -> None:
    locked = re.search(
        r"^lock:.*?--python-version (\S+)", (ROOT / "Makefile").read_text(), re.MULTILINE | re.DOTALL
    )
    assert locked
    assert {text.split("-")[0] for text in words_of("FROM") if text.startswith("python:")} == {
        f"python:{locked[1]}"
    }


@pytest.mark.parametrize("module", ["tools", "velero"])
def test_the_go_of_the_image_is_as_new_as_the_engines_ask(module: str) -> None:
    asked = re.search(r"^go (\d+)\.(\d+)", (ROOT / f"lab/binaries/{module}/go.mod").read_text(), re.MULTILINE)
    offered = re.match(r"golang:(\d+)\.(\d+)-", words_of("FROM")[0])
    assert asked
    assert offered
    assert tuple(map(int, offered.groups())) >= tuple(map(int, asked.groups()))


def test_python_packages_are_installed_by_hash_and_no_other_way() -> None:
    installs = [text for text in words_of("RUN") if "pip install" in text]
    assert len(installs) == 2
    assert re.search(r"pip install .*\buv==[\d.]+$", installs[0])
    assert "--require-hashes" in installs[1]
    assert "--requirement requirements.txt" in installs[1]
    requirements = (ROOT / "requirements.txt").read_text()
    assert requirements.count("==") <= requirements.count("--hash=sha256:")


def test_nothing_secret_is_asked_for_while_the_image_is_built() -> None:
    asked = [text for word in ("ARG", "ENV") for text in words_of(word)]
    assert not [text for text in asked if re.search(r"PASSWORD|SECRET|TOKEN|KEY", text)]
    assert not [text for text in words_of("RUN") if "--mount=type=secret" in text]


def test_every_argument_of_the_build_is_one_that_the_dockerfile_takes() -> None:
    given = SERVICES["airflow-init"]["build"]["args"]
    taken = dict(text.split("=") for text in words_of("ARG"))
    assert given == {name: f"${{{name}:-{default}}}" for name, default in taken.items()}


def test_the_image_runs_as_a_user_who_is_not_root() -> None:
    last = instructions()[-1].stage
    users = [one.text for one in instructions() if one.stage == last and one.word == "USER"]
    assert users == ["airflow"]
    assert re.search(r"useradd --uid [1-9]\d{3,} ", " ".join(words_of("RUN")))
    after = [one.word for one in instructions() if one.stage == last]
    assert "RUN" not in after[after.index("USER") :]


def test_every_volume_is_mounted_on_a_folder_of_that_user() -> None:
    made = re.search(r"install --directory --owner airflow --group airflow ([\w/ ]+)", words_of("RUN")[-1])
    assert made
    volumes = {
        mount["target"]
        for service in AIRFLOW_SERVICES.values()
        for mount in service["volumes"]
        if mount["type"] == "volume"
    }
    assert volumes == set(made[1].split())


def test_an_init_process_stands_first() -> None:
    assert words_of("ENTRYPOINT") == ['["tini", "--"]']
    assert " tini " in " ".join(words_of("RUN"))
