"""Every connection the definition names is there and complete."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from include.connections.required import find_connection_problems

if TYPE_CHECKING:
    from include.run import MigrationRun


def find_problems(run: MigrationRun) -> Iterator[str]:
    """Yield missing and malformed connections by their path in the definition."""
    for place, problem in find_connection_problems(run.connections, run.definition):
        yield f"{place}: {problem}"
