"""RDS instances fit, or can be made, with the login that their connection has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from include.cloud import Cloud
from include.errors import ConnectionDetailsError, MigrationError, PreflightError
from include.planning.instance_needs import databases_by_instance
from include.planning.instance_rows import instance_rows
from include.provisioning.instance_offers import instance_quota
from include.provisioning.providing import MAKE

if TYPE_CHECKING:
    from include.definition import Database
    from include.planning.model import PlanItem
    from include.run import MigrationRun

ADMINISTRATOR = "root"
LENGTHS = range(8, 33)
SPECIAL = "~!@#$%^*-_=+?,"
KINDS = (r"[a-z]", r"[A-Z]", r"[0-9]", f"[{re.escape(SPECIAL)}]")
FEWEST_KINDS = 3


def find_problems(run: MigrationRun) -> Iterator[str]:
    """Yield what keeps an instance from being taken or made."""
    groups = databases_by_instance(run)
    if not groups:
        return
    for databases in groups:
        yield from _login(run, databases)
    try:
        rows = instance_rows(run)
    except PreflightError as error:
        yield from error.problems
        return
    except ConnectionDetailsError:
        # The check `connection_details` names it.
        return
    yield from _quota(run, rows)


def _login(run: MigrationRun, databases: Sequence[Database]) -> Iterator[str]:
    first = databases[0]
    try:
        login, password = run.connections.database_login(first.target, first.engine)
    except MigrationError:
        return
    place = f"connection {first.target} (databases.{first.name}.target)"
    if login != ADMINISTRATOR:
        yield f"{place}: its login is {login}, and an RDS instance has the administrator {ADMINISTRATOR}; set the login to that"
    yield from (f"{place}: {problem}" for problem in password_problems(password))


def password_problems(password: str) -> list[str]:
    """Return why RDS refuses a password of its administrator; the password is in no text."""
    kinds = sum(bool(re.search(kind, password)) for kind in KINDS)
    others = re.sub("|".join(KINDS), "", password)
    if len(password) in LENGTHS and kinds >= FEWEST_KINDS and not others:
        return []
    return [
        f"RDS refuses its password; it takes {LENGTHS[0]} to {LENGTHS[-1]} characters, of at least {FEWEST_KINDS} of: lower case, "
        f"upper case, digits, and {SPECIAL}"
    ]


def _quota(run: MigrationRun, rows: Sequence[PlanItem]) -> Iterator[str]:
    connections = [row.details["connection"] for row in rows if row.details["provide"] == MAKE]
    for connection in sorted(set(connections)):
        quota = instance_quota(Cloud(run.connections.cloud(connection)))
        yield from quota.problems(connections.count(connection))
