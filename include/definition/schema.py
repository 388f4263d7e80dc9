"""Write docs/definition.schema.json and docs/definition.md: `python -m include.definition.schema`."""

from __future__ import annotations

import json
from pathlib import Path

from include.definition.manual import manual_text
from include.definition.model import Definition

DOCS = Path(__file__).resolve().parents[2] / "docs"


def schema_text() -> str:
    """Return the JSON Schema of a definition, for editors and other programs."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Definition.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write_documents(folder: Path = DOCS) -> None:
    """Write both documents; a test compares them with the models."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "definition.schema.json").write_text(schema_text(), encoding="utf-8")
    (folder / "definition.md").write_text(manual_text(), encoding="utf-8")


if __name__ == "__main__":
    write_documents()
