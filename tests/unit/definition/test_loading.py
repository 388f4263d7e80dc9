"""A definition loads whole, or fails with every problem and its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from include.definition import load_definition
from include.errors import DefinitionError
from tests.builders.definitions import LAB_YAML, definition_text


def problems(text: str) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        load_definition(text)
    return caught.value.problems


def problems_after(change: Callable[[dict[str, Any]], object]) -> list[str]:
    return problems(definition_text(change))


def test_the_shipped_definition_loads() -> None:
    definition = load_definition(LAB_YAML)

    assert definition.name == "lab"
    assert definition.source.namespaces == ["shop", "warehouse"]
    assert definition.target.load_balancer is not None
    assert definition.target.load_balancer.elb_class == "union"


def test_yaml_that_does_not_parse_shows_line_and_column() -> None:
    assert problems("schema: 1\nname: [lab\nsource: x\n") == [
        "line 3, column 7: not YAML: while parsing a flow sequence expected ',' or ']', but got ':'"
    ]


def test_text_that_is_not_a_mapping_is_refused() -> None:
    assert problems("- schema\n- 1\n") == ["must be a mapping that begins with `schema: 1`"]


def test_a_value_that_is_not_allowed_shows_path_and_allowed_values() -> None:
    def change(document: dict[str, Any]) -> None:
        document["databases"][1]["engine"] = "oracle"

    (problem,) = problems_after(change)

    assert problem.startswith(
        "databases[1].engine: 'oracle' is not known  allowed: postgresql, mariadb (line "
    )


def test_an_unknown_field_names_the_nearest_allowed_one() -> None:
    def change(document: dict[str, Any]) -> None:
        document["front_door"]["probe"]["request_per_second"] = 5

    (problem,) = problems_after(change)

    assert problem.startswith(
        "front_door.probe.request_per_second: unknown field; did you mean requests_per_second?  "
        "allowed: url, requests_per_second, write, read, written"
    )


def test_a_missing_field_says_what_it_is_for() -> None:
    (problem,) = problems_after(lambda document: document["databases"][0].pop("source"))

    assert problem.startswith("databases[0].source: missing: Airflow connection of the source server")


def test_syntax_value_and_cross_problems_are_found_at_once_in_the_order_of_the_file() -> None:
    def change(document: dict[str, Any]) -> None:
        document["source"]["namespaces"] = ["shop", "kube-system"]
        document["target"]["cluster"] = "source_cluster"
        document["databases"][1].update(name="shop-orders", engine="oracle")
        document["velero"]["bucket"] = "No.Dots"
        document["checks"][2]["sql"]["database"] = "nowhere"
        document["retirement"]["enabled"] = "maybe"

    places = [problem.partition(": ")[0] for problem in problems_after(change)]

    assert places == [
        "source.namespaces[1]",
        "target.cluster",
        "databases[1].name",
        "databases[1].engine",
        "velero.bucket",
        "checks[2].sql.database",
        "retirement.enabled",
    ]


def test_a_key_written_twice_is_refused() -> None:
    text = LAB_YAML.read_text(encoding="utf-8") + "\nname: other\n"

    (problem,) = problems(text)

    assert problem.startswith("name: written twice, first on line 6; keep one")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"gone\.yaml: no such file"):
        load_definition(tmp_path / "gone.yaml")


def test_a_definition_cannot_be_changed() -> None:
    definition = load_definition(LAB_YAML)

    with pytest.raises(ValueError, match="frozen"):
        definition.name = "other"  # type: ignore[misc]
