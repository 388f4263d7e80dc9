"""Write texts into Markdown so that they stay what they are."""

from __future__ import annotations

import re

# What would begin a link, a code or an emphasis, or end a table's cell.
SPECIAL = re.compile(r"([\\`*_\[\]|<>~])")


def cell(text: str) -> str:
    """Return a text as it stands in a table's cell or a list: on one line, and without a meaning for Markdown."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))
