"""Let code run as the target's user where it cannot run there as whom it runs on the source, and know whose it was."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from include.connections import DatabaseAccess
from include.databases.mariadb.session import quoted, rows, session, value
from include.databases.mariadb.users import EXISTS, account_of, definers, is_left_out

RIGHTS = "select privilege_type from information_schema.user_privileges where grantee = %s"
MAY_NAME_DEFINERS = frozenset({"SUPER", "SET USER"})
NAME = r"`(?:[^`]|``)*`"
ACCOUNT = rf"{NAME}(?:@{NAME})?"
# Of a role, the account has no host.
IN_STATEMENT = re.compile(rf"^(CREATE (?:ALGORITHM=\w+ )?DEFINER=)({ACCOUNT})")
# mariadb-dump names everything in a line of its own, to drop it, before it is made.
DROPPED = re.compile(
    rf"^/\*!\d+ DROP (VIEW|PROCEDURE|FUNCTION|PACKAGE BODY|PACKAGE|TRIGGER|EVENT) IF EXISTS ({NAME})".encode()
)
IN_DUMP = re.compile(rf"^((?:/\*!\d+ CREATE\*/ /\*!\d+ |CREATE |/\*!\d+ )DEFINER=)({ACCOUNT})".encode())


@dataclass(frozen=True)
class Definers:
    """Say which code has another definer on the target.

    :param user: its definer there, as the server writes it, e.g. `` `admin`@`%` ``.
    :param former: `kind name` -> its definer on the source.
    """

    user: str = ""
    former: Mapping[str, str] = field(default_factory=dict)

    def there(self) -> dict[str, str]:
        """Return `kind name` -> the definer on the target."""
        return dict.fromkeys(self.former, self.user)

    def told(self) -> dict[str, str]:
        """Return in words, by `kind name`, who was exchanged for whom."""
        return {
            name: f"{plain(was)} on the source, {plain(self.user)} on the target"
            for name, was in self.former.items()
        }

    def as_on_source(self, name: str, statement: str) -> str:
        """Return a statement of the target's as it is on the source, if it runs as the one it was given to."""
        match = IN_STATEMENT.match(statement)
        if name not in self.former or match is None or match[2] != self.user:
            return statement
        return f"{match[1]}{self.former[name]}{statement[match.end() :]}"


ALL_KEPT = Definers()


def read_definers(source: DatabaseAccess, target: DatabaseAccess, database: str) -> Definers:
    """Return what of a source's database runs as another on the target.

    That is what runs as an account which the target neither has nor gets by the copy: an administrator of the source, a role,
    one that is gone. Where the target's user may name nobody else, it is all that does not run as that user.
    """
    with session(source) as here, session(target) as there:
        own = account_of(str(value(there, "select current_user()")))
        found = definers(here, database)
        kept = {own}
        if may_name_others(there, own):
            kept |= {
                account
                for account in found.values()
                if rows(there, EXISTS, *account) or _is_made(here, account, source.user, target.user)
            }
    return Definers(
        written(own), {name: written(account) for name, account in found.items() if account not in kept}
    )


def may_name_others(target: Any, own: tuple[str, str]) -> bool:
    """Say whether an account may make code that runs as another."""
    rights = {str(right) for (right,) in rows(target, RIGHTS, f"'{own[0]}'@'{own[1]}'")}
    return bool(rights & MAY_NAME_DEFINERS)


def _is_made(source: Any, account: tuple[str, str], admin: str, other_admin: str) -> bool:
    """Say whether the copy makes an account on the target."""
    user, host = account
    is_left = not host or is_left_out(user, admin) or user == other_admin
    return not is_left and bool(rows(source, EXISTS, user, host))


def exchanged(lines: Iterable[bytes], wanted: Mapping[str, str]) -> Iterator[bytes]:
    """Yield the lines of a dump, in which some code has another definer.

    :param wanted: `kind name` -> the definer to write.
    """
    definer: str | None = None
    for line in lines:
        if dropped := DROPPED.match(line):
            kind, name = dropped[1].decode().lower(), dropped[2].decode()
            definer = wanted.get(f"{kind} {name[1:-1].replace('``', '`')}")
        match = IN_DUMP.match(line) if definer else None
        if match and definer:
            yield match[1] + definer.encode() + line[match.end() :]
            definer = None
        else:
            yield line


def written(account: tuple[str, str]) -> str:
    """Return an account as the server writes it."""
    user, host = account
    return f"{quoted(user)}@{quoted(host)}" if host else quoted(user)


def plain(account: str) -> str:
    """Return an account as people write it."""
    return re.sub(NAME, lambda name: name[0][1:-1].replace("``", "`"), account)
