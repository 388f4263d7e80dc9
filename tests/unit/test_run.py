"""A run binds definition, record and access."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from include.connections import DocumentConnections
from include.errors import DefinitionError
from include.run import open_run
from tests.builders.connections import connections
from tests.builders.definitions import LAB_YAML, definition, definition_text
from tests.builders.runs import RUN_ID
from tests.builders.runs import run as lab_run


def test_the_short_id_fits_kubernetes_names_and_differs_between_runs(tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    path.write_text(definition_text(lambda document: document.update(name="a-very-long-name-of-a-migration")))
    ids = {open_run(path, run_id, tmp_path, connections()).short_id for run_id in ("one", "two", RUN_ID)}

    assert len(ids) == 3
    assert all(re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", one) and len(one) <= 20 for one in ids)


def test_the_short_id_stays_the_same_for_the_same_run(tmp_path: Path) -> None:
    first = open_run(LAB_YAML, RUN_ID, tmp_path / "one", connections())
    second = open_run("lab", RUN_ID, tmp_path / "two", connections())

    assert first.short_id == second.short_id


def test_a_changed_file_does_not_change_a_run_half_way(tmp_path: Path) -> None:
    path = tmp_path / "lab.yaml"
    path.write_text(definition_text())
    open_run(path, RUN_ID, tmp_path / "ledger", connections())
    path.write_text(definition_text(lambda document: document["cutover"].update(watch_seconds=999)))

    again = open_run(path, RUN_ID, tmp_path / "ledger", connections())
    other = open_run(path, "another", tmp_path / "ledger", connections())

    assert again.definition.cutover.watch_seconds == 15
    assert other.definition.cutover.watch_seconds == 999


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda path: path.unlink(), id="removed"),
        pytest.param(lambda path: path.write_text("schema: 1\nname: ["), id="not YAML any more"),
        pytest.param(lambda path: path.write_text("schema: 2\n"), id="refused now"),
        pytest.param(
            lambda path: path.write_text(definition_text(lambda document: document.update(name="other"))),
            id="renamed inside",
        ),
    ],
)
def test_a_run_goes_on_whatever_becomes_of_its_file(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(definition_text())
    first = open_run(path, RUN_ID, tmp_path / "ledger", connections())
    damage(path)

    again = open_run(path, RUN_ID, tmp_path / "ledger", connections())

    assert again.definition == first.definition
    assert again.ledger.folder == first.ledger.folder
    assert again.short_id == first.short_id


def test_a_run_of_the_same_id_with_another_definition_is_another_run(tmp_path: Path) -> None:
    for name in ("one", "two"):
        text = definition_text().replace("name: lab\n", f"name: {name}\n", 1)
        (tmp_path / f"{name}.yaml").write_text(text)
        open_run(tmp_path / f"{name}.yaml", RUN_ID, tmp_path / "ledger", connections())

    (tmp_path / "one.yaml").unlink()

    assert (
        open_run(tmp_path / "one.yaml", RUN_ID, tmp_path / "ledger", connections()).definition.name == "one"
    )
    with pytest.raises(DefinitionError):
        open_run(tmp_path / "one.yaml", "a new run", tmp_path / "ledger", connections())


def test_an_unknown_name_lists_the_definitions_there_are(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"nowhere\.yaml: no such file; there are: .*lab\.yaml"):
        open_run("nowhere", RUN_ID, tmp_path, connections())


def test_clusters_are_opened_once_and_know_their_side(tmp_path: Path) -> None:
    by_kubeconfig = definition(lambda document: document["target"].update(cluster="target_cluster"))
    run = lab_run(tmp_path, definition=by_kubeconfig)

    assert run.source is run.source
    assert (run.source.name, run.target.name) == ("source", "target")


def test_the_key_of_secrets_is_the_same_in_every_task_and_another_in_every_run(tmp_path: Path) -> None:
    one, again = lab_run(tmp_path), lab_run(tmp_path)
    assert one.secrets_key == again.secrets_key
    assert replace(one, run_id="another").secrets_key != one.secrets_key


def test_an_assessment_without_the_repositorys_connection_hides_secrets_all_the_same(tmp_path: Path) -> None:
    run = lab_run(tmp_path, connections=DocumentConnections({}))
    assert len(run.secrets_key) == 32
    assert run.secrets_key == run.secrets_key
