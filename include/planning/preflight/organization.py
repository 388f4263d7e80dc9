"""Images can be pushed into the SWR organization, or it can be made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from include.errors import PreflightError
from include.planning.organization_row import organization_rows

if TYPE_CHECKING:
    from include.run import MigrationRun


def find_problems(run: MigrationRun) -> Iterator[str]:
    """Yield what keeps the organization from being taken or made."""
    try:
        organization_rows(run)
    except PreflightError as error:
        yield from error.problems
