"""Run every preflight check side by side and report all problems at once."""

from __future__ import annotations

import importlib
import logging
import pkgutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

from include.errors import ConnectionDetailsError, MigrationError, PreflightError, shorten
from include.planning import preflight

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)
WORKERS = 8


class PreflightCheck(Protocol):
    """Look at one thing that has to be so."""

    def find_problems(self, run: MigrationRun) -> Iterable[str]:
        """Yield a line per problem."""


def preflight_checks() -> dict[str, PreflightCheck]:
    """Return every check of the folder by its module's name."""
    names = sorted(module.name for module in pkgutil.iter_modules(preflight.__path__))
    return {name: importlib.import_module(f"{preflight.__name__}.{name}") for name in names}


def check_preflight(run: MigrationRun) -> None:
    """Raise one `PreflightError` with the problems of all checks; change nothing."""
    checks = preflight_checks()
    unusable: list[str] = []
    with ThreadPoolExecutor(WORKERS) as pool:
        found = list(pool.map(lambda name: _problems(name, checks[name], run, unusable), checks))
    problems = list(dict.fromkeys(problem for problems in found for problem in problems))
    # The check `connection_details` names them with their place; what it does not see must not be lost.
    problems += [text for text in dict.fromkeys(unusable) if not any(text in known for known in problems)]
    if problems:
        raise PreflightError(problems)
    logger.info("All %s preflight checks are satisfied", len(checks))


def _problems(name: str, check: PreflightCheck, run: MigrationRun, unusable: list[str]) -> list[str]:
    problems: list[str] = []
    try:
        problems.extend(check.find_problems(run))
    except ConnectionDetailsError as error:
        unusable.append(str(error))
    except MigrationError as error:
        problems.append(str(error))
    except Exception as error:
        # An engine's own error: one check that cannot run must not hide the problems of the others.
        logger.debug("Check %s could not be made", name, exc_info=True)
        problems.append(f"check {name} could not be made: {type(error).__name__}: {shorten(str(error), 200)}")
    return problems
