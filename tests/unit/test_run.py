"""A run binds definition, record and access."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from include.errors import DefinitionError
from include.run import open_run
from tests.builders.connections import connections
from tests.builders.definitions import LAB_YAML, definition_text
from tests.builders.runs import RUN_ID


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


def test_an_unknown_name_lists_the_definitions_there_are(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"nowhere\.yaml: no such file; there are: .*lab\.yaml"):
        open_run("nowhere", RUN_ID, tmp_path, connections())


def test_clusters_are_opened_once_and_know_their_side(tmp_path: Path) -> None:
    run = open_run("lab", RUN_ID, tmp_path, connections())

    assert run.source is run.source
    assert (run.source.name, run.target.name) == ("source", "target")
