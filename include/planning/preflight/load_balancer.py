"""The load balancer that is given by its name fits, or can be made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from include.errors import PreflightError
from include.planning.balancer_row import balancer_rows

if TYPE_CHECKING:
    from include.run import MigrationRun


def find_problems(run: MigrationRun) -> Iterator[str]:
    """Yield what keeps the load balancer from being taken or made."""
    try:
        balancer_rows(run)
    except PreflightError as error:
        yield from error.problems
