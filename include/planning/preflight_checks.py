"""Run the preflight checks side by side and report all problems at once.

A target cluster or database server that is still to be made cannot be asked anything: what has to be so there is checked once
it is there.
"""

from __future__ import annotations

import importlib
import logging
import pkgutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from include.errors import ConnectionDetailsError, MigrationError, PreflightError, shorten
from include.planning import preflight
from include.planning.server_presence import are_servers_there
from include.planning.target_presence import is_target_complete

if TYPE_CHECKING:
    from include.ledger import Ledger
    from include.run import MigrationRun

logger = logging.getLogger(__name__)
WORKERS = 8
# Which checks of the target wait until it is made.
DOCUMENT = "preflight"

Check = Callable[[Any], Iterable[str]]
Checks = dict[str, Check]


def preflight_checks() -> Checks:
    """Return every check of the folder that needs no target cluster, by its module's name."""
    return _functions("find_problems")


def target_checks() -> Checks:
    """Return every check that asks the target cluster, by its module's name."""
    return _functions("find_target_problems")


def server_checks() -> Checks:
    """Return every check that asks the target's database servers, by its module's name."""
    return _functions("find_server_problems")


def check_preflight(run: MigrationRun) -> None:
    """Raise one `PreflightError` with the problems of all checks that can be made now; change nothing in any system."""
    checks, waiting = preflight_checks(), Checks()
    unusable: list[str] = []
    for is_there, later in ((is_target_complete, target_checks()), (are_servers_there, server_checks())):
        if _is_there(is_there, run, unusable):
            checks |= {f"{name}, target": check for name, check in later.items()}
        else:
            waiting |= later
    _run_checks(run, checks, unusable)
    run.ledger.write(DOCUMENT, {"waiting_for_target": sorted(waiting)})
    if waiting:
        logger.info("Not all of the target is there yet: %s checks wait for it", len(waiting))


def check_target(run: MigrationRun) -> int:
    """Raise one `PreflightError` with the problems of the checks that waited for the target; return how many waited."""
    known = {**target_checks(), **server_checks()}
    waiting = {name: known[name] for name in left_out(run.ledger) if name in known}
    if not waiting:
        logger.info("Everything about the target was checked before the plan")
        return 0
    _run_checks(run, waiting, [])
    return len(waiting)


def left_out(ledger: Ledger) -> list[str]:
    """Return the names of the checks that wait for the target."""
    return list(ledger.read(DOCUMENT)["waiting_for_target"]) if ledger.exists(DOCUMENT) else []


def _functions(name: str) -> Checks:
    modules = sorted(module.name for module in pkgutil.iter_modules(preflight.__path__))
    loaded = {module: importlib.import_module(f"{preflight.__name__}.{module}") for module in modules}
    return {module: getattr(one, name) for module, one in loaded.items() if hasattr(one, name)}


def _is_there(ask: Callable[[Any], bool], run: MigrationRun, unusable: list[str]) -> bool:
    """Say whether a part of the target can be asked now; why the cloud cannot tell is a problem that a check names."""
    try:
        return ask(run)
    except ConnectionDetailsError as error:
        unusable.append(str(error))
    except MigrationError as error:
        logger.debug("Whether the target is there is not known: %s", error)
    return False


def _run_checks(run: MigrationRun, checks: Checks, unusable: list[str]) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        found = list(pool.map(lambda name: _problems(name, checks[name], run, unusable), checks))
    problems = list(dict.fromkeys(problem for problems in found for problem in problems))
    # The check `connection_details` names them with their place; what it does not see must not be lost.
    problems += [text for text in dict.fromkeys(unusable) if not any(text in known for known in problems)]
    if problems:
        raise PreflightError(problems)
    logger.info("All %s preflight checks are satisfied", len(checks))


def _problems(name: str, check: Check, run: MigrationRun, unusable: list[str]) -> list[str]:
    problems: list[str] = []
    try:
        problems.extend(check(run))
    except ConnectionDetailsError as error:
        unusable.append(str(error))
    except MigrationError as error:
        problems.append(str(error))
    except Exception as error:
        # An engine's own error: one check that cannot run must not hide the problems of the others.
        logger.debug("Check %s could not be made", name, exc_info=True)
        problems.append(f"check {name} could not be made: {type(error).__name__}: {shorten(str(error), 200)}")
    return problems
