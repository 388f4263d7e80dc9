from __future__ import annotations

from pathlib import Path

import pytest

from lab import paths
from lab.migrate.definition_file import DefinitionMissingError, find_definition

LAB = {
    "source_cluster",
    "source_registry",
    "huawei_cloud",
    "source_postgres",
    "target_postgres",
    "source_mariadb",
    "target_mariadb",
    "source_s3",
    "obs",
    "volume_repository",
    "dns",
}


@pytest.mark.parametrize("text", ["migrations/lab.yaml", "lab", str(paths.ROOT / "migrations" / "lab.yaml")])
def test_a_definition_in_migrations_has_a_name(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(paths.ROOT)
    definition = find_definition(text)
    assert (definition.name, definition.path) == ("lab", paths.ROOT / "migrations" / "lab.yaml")


def test_any_other_definition_has_a_path_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text("name: mine\n")
    definition = find_definition("mine.yaml")
    assert (definition.name, definition.path) == ("", tmp_path / "mine.yaml")


def test_the_lab_s_definition_names_connections_of_the_lab_only() -> None:
    definition = find_definition(str(paths.ROOT / "migrations" / "lab.yaml"))
    assert definition.connections == LAB
    assert definition.is_in_the_lab(LAB | {"other"})


@pytest.mark.parametrize(
    "text",
    [
        "source: {cluster: source_cluster}\ntarget: {cluster: production}\n",
        "databases: [{source: source_postgres, target: production}]\n",
        "images: {sources: {registry.example.com: production}}\n",
        "buckets: [{source: {connection: production}}]\n",
    ],
)
def test_one_connection_that_is_not_the_lab_s_makes_it_a_matter_for_people(text: str, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(text)
    assert not find_definition(str(tmp_path / "mine.yaml")).is_in_the_lab(LAB)


@pytest.mark.parametrize("text", ["source: {", "- a\n- list\n", "", "source: 3\ndatabases: [1]\n"])
def test_a_broken_definition_is_left_to_the_run_and_to_people(text: str, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(text)
    definition = find_definition(str(tmp_path / "mine.yaml"))
    assert definition.connections == frozenset()
    assert not definition.is_in_the_lab(LAB)


def test_a_missing_definition_is_refused_with_those_there_are() -> None:
    with pytest.raises(DefinitionMissingError, match=r"nope\.yaml does not exist.*migrations/lab\.yaml"):
        find_definition("nope.yaml")


def test_a_folder_is_no_definition(tmp_path: Path) -> None:
    with pytest.raises(DefinitionMissingError, match="is a folder"):
        find_definition(str(tmp_path))
