"""How each tool brings a database from one MariaDB server to another."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable

from benchmarks.database_copy import copy_apart
from benchmarks.mariadb_data import DATABASE
from benchmarks.mariadb_server import PASSWORD, Server

THREADS = 2
Tool = Callable[[Server, Server], None]


def ours(source: Server, target: Server) -> None:
    """Plan, copy and prove: the proof is included on our side only."""
    copy_apart("mariadb", DATABASE, source.document(), target.document())


def plain_pipe(source: Server, target: Server) -> None:
    """Pipe a dump into the client."""
    target.execute(f"create database {DATABASE} character set utf8mb4")
    with subprocess.Popen(
        ["mariadb-dump", "--no-defaults", *source.arguments(), "--single-transaction", "--quick", DATABASE],
        env=_environment(),
        stdout=subprocess.PIPE,
    ) as dump:
        loaded = subprocess.run(
            ["mariadb", "--no-defaults", *target.arguments(), DATABASE],
            env=_environment(),
            stdin=dump.stdout,
            stdout=subprocess.DEVNULL,
        )
    if loaded.returncode or dump.returncode:
        raise RuntimeError("mariadb-dump | mariadb failed")


def parallel_dump(source: Server, target: Server) -> None:
    """Dump into a folder with two threads, then load it with two; both read the password from a file."""
    with tempfile.TemporaryDirectory() as folder:
        login = f"{folder}/login"
        with open(login, "w", opener=_private, encoding="utf-8") as file:
            file.write(f"[mydumper]\npassword={PASSWORD}\n[myloader]\npassword={PASSWORD}\n")
        common = [f"--defaults-file={login}", f"--threads={THREADS}"]
        _run([
            "mydumper",
            *common,
            *source.arguments(),
            f"--database={DATABASE}",
            f"--outputdir={folder}/dump",
        ])
        _run(["myloader", *common, *target.arguments(), f"--directory={folder}/dump"])


TOOLS: dict[str, Tool] = {
    "ours": ours,
    "mariadb-dump | mariadb": plain_pipe,
    "mydumper -t2, myloader -t2": parallel_dump,
}


def drop(target: Server) -> None:
    """Remove the copy, and what ours noted about it."""
    for name in (DATABASE, "cce_migration"):
        target.execute(f"drop database if exists {name}")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {done.stderr[-1000:]}")


def _environment() -> dict[str, str]:
    return {**os.environ, "MYSQL_PWD": PASSWORD}
