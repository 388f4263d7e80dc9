"""How each tool brings a database from one PostgreSQL server to another."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.database_copy import copy_apart
from benchmarks.postgres_data import DATABASE
from benchmarks.postgres_server import Server
from lab.services.postgres import binaries

JOBS = 2
Tool = Callable[[Server, Server], None]


def ours(source: Server, target: Server) -> None:
    """Plan, copy and prove: the proof is included on our side only."""
    copy_apart("postgresql", DATABASE, source.document(), target.document())


def parallel_dump(source: Server, target: Server) -> None:
    """Dump into a folder with two jobs, then restore with two."""
    with tempfile.TemporaryDirectory() as folder:
        dump = str(Path(folder) / "dump")
        _run(
            ["pg_dump", "--format=directory", f"--jobs={JOBS}", f"--file={dump}"],
            source.environment(DATABASE),
        )
        _create(target)
        _run(["pg_restore", f"--jobs={JOBS}", f"--dbname={DATABASE}", dump], target.environment(DATABASE))


def plain_pipe(source: Server, target: Server) -> None:
    """Pipe a dump into psql."""
    _create(target)
    with subprocess.Popen(
        [_program("pg_dump")], env=_environment(source.environment(DATABASE)), stdout=subprocess.PIPE
    ) as dump:
        loaded = subprocess.run(
            [_program("psql"), "--quiet", "--set=ON_ERROR_STOP=1"],
            env=_environment(target.environment(DATABASE)),
            stdin=dump.stdout,
            stdout=subprocess.DEVNULL,
        )
    if loaded.returncode or dump.returncode:
        raise RuntimeError("pg_dump | psql failed")


TOOLS: dict[str, Tool] = {
    "ours": ours,
    "pg_dump -Fd -j2, pg_restore -j2": parallel_dump,
    "pg_dump | psql": plain_pipe,
}


def drop(target: Server) -> None:
    """Remove the copy, and what ours noted about it."""
    with target.connect() as session:
        names: list[tuple[Any, ...]] = session.execute(
            "select quote_ident(datname) from pg_database where not datistemplate and datname <> 'postgres'"
        ).fetchall()
        for (name,) in names:
            session.execute(f"drop database {name} with (force)")


def _create(target: Server) -> None:
    with target.connect() as session:
        session.execute(f"create database {DATABASE}")


def _run(command: list[str], variables: dict[str, str]) -> None:
    program, *arguments = command
    done = subprocess.run(
        [_program(program), *arguments], env=_environment(variables), capture_output=True, text=True
    )
    if done.returncode != 0:
        raise RuntimeError(f"{program} failed: {done.stderr[-1000:]}")


def _program(name: str) -> str:
    return str(binaries() / name)


def _environment(variables: dict[str, str]) -> dict[str, str]:
    return {**os.environ, **variables}
