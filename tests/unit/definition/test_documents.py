"""The definition's manual and schema say what the models say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from include.definition import Definition
from include.definition.manual import manual_text
from include.definition.schema import DOCS, schema_text

REMEDY = "run `python -m include.definition.schema`"


def test_the_manual_is_fresh() -> None:
    assert (DOCS / "definition.md").read_text(encoding="utf-8") == manual_text(), REMEDY


def test_the_schema_is_fresh() -> None:
    assert (DOCS / "definition.schema.json").read_text(encoding="utf-8") == schema_text(), REMEDY


def test_every_field_is_described() -> None:
    assert [place for place, field in fields(json.loads(schema_text())) if not field.get("description")] == []


def test_every_field_stands_in_the_manual() -> None:
    manual = manual_text()

    missing = [name for name in field_names() if f"| `{name}` |" not in manual]

    assert missing == []


def field_names() -> set[str]:
    return {place.rpartition(".")[2] for place, _ in fields(Definition.model_json_schema())}


def fields(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, model in {"Definition": schema, **schema["$defs"]}.items():
        for field, content in model["properties"].items():
            yield f"{name}.{field}", content
