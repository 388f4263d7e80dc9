"""Encoding, collation and time: whether texts mean and sort the same on both sides."""

from __future__ import annotations

from collections.abc import Iterator

from include.connections import DatabaseAccess
from include.databases.obstacles import Obstacle
from include.databases.postgresql.definitions import USER_SCHEMAS
from include.databases.postgresql.rules.sides import Sides, named, names
from include.databases.postgresql.session import rows
from include.planning.database_client import open_database

LOCALES = "select datcollate, datctype from pg_database where datname = %s"
KNOWN = """select collcollate from pg_collation where collprovider = 'c'
    union select collctype from pg_collation where collprovider = 'c'
    union select datcollate from pg_database union select datctype from pg_database"""
USED = f"""select distinct l.collname from pg_attribute a join pg_class c on c.oid = a.attrelid
    join pg_namespace n on n.oid = c.relnamespace join pg_collation l on l.oid = a.attcollation
    where c.relkind in ('r', 'p', 'i', 'I', 'm', 'v') and {USER_SCHEMAS} and l.collnamespace = 'pg_catalog'::regnamespace
        and l.collname <> 'default' order by 1"""
OFFERED = "select collname from pg_collation where collnamespace = 'pg_catalog'::regnamespace"
# The library's version of a collation, none of those that sort by code point.
VERSIONS = """select case when collprovider = 'i' then 'ICU ' else 'libc ' end || collcollate,
        pg_collation_actual_version(oid) from pg_collation
    where (collname = any(%s) or collcollate = %s) and pg_collation_actual_version(oid) is not null"""
SERVER_SETTINGS = ("timezone", "datestyle", "intervalstyle", "default_text_search_config", "bytea_output")
OWN_SETTINGS = """select lower(split_part(unnest(s.setconfig), '=', 1)) from pg_db_role_setting s
    join pg_database d on d.oid = s.setdatabase where d.datname = %s and s.setrole = 0"""


def missing_locale(sides: Sides) -> Iterator[Obstacle]:
    """Yield a locale of the database that the target's operating system does not seem to have."""
    known = {_plain(name) for name in names(sides.target, KNOWN)} | {"c", "posix"}
    wanted = {str(name) for name in rows(sides.source, LOCALES, sides.database)[0]}
    missing = sorted(name for name in wanted if _plain(name) not in known)
    if missing:
        yield (
            "blocker",
            f"sorts by the locale {named(missing)}, which the target does not have",
            "order a server that has it, or make a source database with another locale and move it there first",
        )


def missing_collations(sides: Sides) -> Iterator[Obstacle]:
    """Yield collations of columns and indexes that the target does not have."""
    offered = set(names(sides.target, OFFERED))
    missing = [name for name in names(sides.source, USED) if name not in offered]
    if missing:
        yield (
            "blocker",
            f"has columns or indexes with collations that the target does not have: {named(missing)}",
            "order a server that has them, or give the columns another collation on the source",
        )


def other_sort_order(sides: Sides) -> Iterator[Obstacle]:
    """Yield collations whose library has another version on the target.

    Indexes are made anew there, so that they are right; but results may come in another order.
    """
    locale = str(rows(sides.source, LOCALES, sides.database)[0][0])
    used = names(sides.source, USED)
    here, there = (dict(rows(one, VERSIONS, used, locale)) for one in (sides.source, sides.target))
    differing = _differing(here, here | there)
    if differing:
        yield (
            "warning",
            f"sorts texts by another version of the collation library than the target: {named(differing)}",
            "look at what depends on the order of texts: partitions by text, paging by name, results compared elsewhere",
        )


def other_settings(sides: Sides) -> Iterator[Obstacle]:
    """Yield server settings that give texts another meaning and that the database does not set itself."""
    wanted = sorted(set(SERVER_SETTINGS) - set(names(sides.source, OWN_SETTINGS, sides.database)))
    here, there = (_settings(one, wanted) for one in (sides.source_access, sides.target_access))
    differing = _differing(here, there)
    if differing:
        yield (
            "warning",
            f"relies on server settings that are others on the target: {named(differing)}",
            f"set them for the database on the source (ALTER DATABASE {sides.database} SET …), which is carried over",
        )


def _settings(access: DatabaseAccess, wanted: list[str]) -> dict[str, str]:
    """Return what a session gets that asks for nothing else."""
    with open_database(access) as cursor:
        cursor.execute("select name, current_setting(name) from unnest(%s::text[]) name", (wanted,))
        return dict(cursor.fetchall())


def _differing(here: dict[str, str], there: dict[str, str]) -> list[str]:
    return [
        f"{name} {here[name]} ({there[name]} there)" for name in sorted(here) if here[name] != there[name]
    ]


def _plain(locale: str) -> str:
    """Return a locale's name in one spelling: en_US.UTF-8 is en_US.utf8."""
    return locale.lower().replace("-", "")
