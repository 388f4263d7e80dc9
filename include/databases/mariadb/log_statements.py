"""Judge the statements in a server's log: most concern nothing that is followed, the rest cannot be followed."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

TOKEN = re.compile(r"`(?:[^`]|``)*`|'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\"|[\w$]+|\S")
COMMENT = re.compile(r"/\*(?!M?!).*?\*/|(?:--\s|#)[^\n]*(?:\n|$)", re.DOTALL)
EXECUTED_COMMENT = re.compile(r"/\*M?!\d*|\*/")
DEFINING = {"CREATE", "ALTER", "DROP", "RENAME", "TRUNCATE"}
KINDS = {
    "TABLE",
    "TABLES",
    "VIEW",
    "INDEX",
    "TRIGGER",
    "PROCEDURE",
    "FUNCTION",
    "EVENT",
    "SEQUENCE",
    "PACKAGE",
}
DATABASES = {"DATABASE", "SCHEMA"}
OF_THE_SERVER = {"USER", "ROLE", "SERVER", "TABLESPACE", "LOGFILE", "INSTANCE", "RESOURCE"}
# What says nothing about the rows or the definitions of a database.
HARMLESS = {
    "BEGIN", "START", "COMMIT", "SAVEPOINT", "RELEASE", "FLUSH", "ANALYZE", "OPTIMIZE", "CHECK", "REPAIR", "GRANT",
    "REVOKE", "SET", "RESET", "PURGE", "INSTALL", "UNINSTALL", "KILL", "CHANGE", "STOP", "SHOW", "DO", "XA",
}  # fmt: skip
# ALTER DATABASE without a name means the session's own.
OPTIONS_OF_A_DATABASE = {"DEFAULT", "CHARACTER", "CHARSET", "COLLATE", "COMMENT"}


@dataclass(frozen=True)
class Unfollowable:
    """Name a statement that cannot be followed: what it is, and whether it changes a definition or rows."""

    text: str
    is_definition: bool


def unfollowable(statement: str, schema: str, database: str, tables: Collection[str]) -> Unfollowable | None:
    """Return what of a statement concerns the database and cannot be followed.

    :param schema: the session's database, in which unqualified names lie.
    :param tables: names of the tables there are, by which `create table if not exists` is known to do nothing.
    """
    tokens = _tokens(statement)
    verb = tokens[0].upper() if tokens else ""
    if not tokens or verb in HARMLESS:
        return None
    kind, at = _kind(verb, tokens)
    if kind is None:
        concerns = schema == database or any(_bare(token) == database for token in tokens)
        return Unfollowable(f"{verb} as a statement", is_definition=False) if concerns else None
    if kind in OF_THE_SERVER or "TEMPORARY" in (token.upper() for token in tokens[:at]):
        return None
    is_conditional, rest = _without_condition(tokens[at:])
    names = _names(kind, rest, schema, database)
    if not names or (is_conditional and kind == "TABLE" and _does_nothing(verb, names, tables)):
        return None
    return Unfollowable(f"{verb} {kind} {', '.join(names)}", is_definition=True)


def _tokens(statement: str) -> list[str]:
    """Return the tokens without comments; what stands in executed comments counts."""
    return TOKEN.findall(EXECUTED_COMMENT.sub(" ", COMMENT.sub(" ", statement)))


def _kind(verb: str, tokens: Sequence[str]) -> tuple[str | None, int]:
    """Return what sort of object a statement defines, and where its name begins; a definer's name is no sort."""
    if verb not in DEFINING:
        return None, 0
    for at, token in enumerate(tokens[1:], 1):
        word = token.upper()
        if tokens[at - 1] not in {"=", "@"} and word in KINDS | DATABASES | OF_THE_SERVER:
            return "TABLE" if word == "TABLES" else word, at + 1
    return ("TABLE", 1) if verb == "TRUNCATE" else (None, 0)


def _without_condition(tokens: Sequence[str]) -> tuple[bool, Sequence[str]]:
    words = [token.upper() for token in tokens[:3]]
    if words[:2] == ["IF", "EXISTS"]:
        return True, tokens[2:]
    return (True, tokens[3:]) if words == ["IF", "NOT", "EXISTS"] else (False, tokens)


def _names(kind: str, tokens: Sequence[str], schema: str, database: str) -> list[str]:
    """Return the names of this database's objects that a statement changes."""
    if kind in DATABASES:
        is_own = bool(tokens) and tokens[0].upper() in OPTIONS_OF_A_DATABASE and schema == database
        return [database] if is_own or (tokens and _bare(tokens[0]) == database) else []
    if kind == "INDEX":
        words = [token.upper() for token in tokens]
        tokens = tokens[words.index("ON") + 1 :] if "ON" in words else tokens
    if kind == "PACKAGE" and tokens and tokens[0].upper() == "BODY":
        tokens = tokens[1:]
    return [name for owner, name in _places(tokens, schema) if owner == database]


def _places(tokens: Sequence[str], schema: str) -> list[tuple[str, str]]:
    """Return (database, name) at the start, as far as a comma or TO leads to another."""
    places, at = [], 0
    while at < len(tokens):
        if tokens[at + 1 : at + 2] == ["."]:
            places.append((_bare(tokens[at]), _bare(tokens[at + 2])))
            at += 3
        else:
            places.append((schema, _bare(tokens[at])))
            at += 1
        if at >= len(tokens) or tokens[at].upper() not in {",", "TO"}:
            break
        at += 1
    return places


def _does_nothing(verb: str, names: Sequence[str], tables: Collection[str]) -> bool:
    if verb == "CREATE":
        return all(name in tables for name in names)
    return verb == "DROP" and not any(name in tables for name in names)


def _bare(name: str) -> str:
    return name[1:-1].replace("``", "`") if name.startswith("`") else name
