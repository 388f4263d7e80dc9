"""Name fields of custom resources, which nobody but their operator knows."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, StringConstraints

from include.definition.parts import Part, Text

FIELD_PATH_PATTERN = r"^(\$\.)?[A-Za-z_][A-Za-z0-9_-]*(\[\*\])?(\.[A-Za-z_][A-Za-z0-9_-]*(\[\*\])?)*$"
FieldPath = Annotated[str, StringConstraints(pattern=FIELD_PATH_PATTERN)]


class CustomField(Part):
    """Say where custom resources of one kind keep something."""

    kind: Text = Field(description="kind of the custom resources, e.g. Database")
    group: Text = Field(description="API group of the kind, without version, e.g. db.example.com")
    path: FieldPath

    @property
    def steps(self) -> list[str]:
        """Return the path's field names and `*`, from the outside."""
        return re.findall(r"[A-Za-z_][A-Za-z0-9_-]*|\*", self.path.removeprefix("$."))
