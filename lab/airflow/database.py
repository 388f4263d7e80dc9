"""The tables of Airflow's own database: from a dump of this Airflow version where there is one, else by its migrations."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from lab import paths
from lab.addresses import LAB_POSTGRES, POSTGRES_PORT
from lab.airflow.settings import environment, secret_environment
from lab.binaries.build import cache_folder
from lab.execution import without_proxy
from lab.secrets import secrets

_NAME = "airflow"
_HEADS = "select string_agg(version_num, ' ' order by version_num) from alembic_version"


def make_tables() -> None:
    """Bring the database to this Airflow's version. `airflow db migrate` takes 10 s, a dump of its result 0.2 s.

    Raises:
        RuntimeError: a command failed; the text has its last words.
    """
    head = _ask("select to_regclass('alembic_version')") and _ask(_HEADS)
    dump = _dump_file()
    if head and _stamp().exists() and _stamp().read_text() == f"{dump.name} {head}":
        return
    if not head and dump.exists():
        _command(["psql", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--file={dump}"])
    else:
        _command([str(Path(sys.executable).parent / "airflow"), "db", "migrate"])
        if not head:
            _keep(dump)
    _stamp().write_text(f"{dump.name} {_ask(_HEADS)}")


def _dump_file() -> Path:
    """Return where the dump is kept between labs: the tables depend on Airflow and on the providers that add some."""
    packages = ("apache-airflow-core", "apache-airflow-providers-fab")
    versions = "-".join(version(package) for package in packages)
    return cache_folder() / f"airflow-tables-{versions}.sql"


def _stamp() -> Path:
    """Return the file that says for which version the tables of this lab were made."""
    return paths.run_of("airflow") / "tables"


def _keep(dump: Path) -> None:
    draft = dump.with_suffix(f".{os.getpid()}")
    draft.parent.mkdir(parents=True, exist_ok=True)
    _command(["pg_dump", "--no-owner", "--no-privileges", f"--file={draft}"])
    draft.replace(dump)


def _ask(query: str) -> str:
    return _command(["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--command", query]).strip()


def _command(command: list[str]) -> str:
    known = secrets()
    access = {
        "PGHOST": LAB_POSTGRES,
        "PGPORT": str(POSTGRES_PORT),
        "PGDATABASE": _NAME,
        "PGUSER": _NAME,
        "PGPASSWORD": known["airflow_db_password"],
        # `airflow db migrate` holds its lock in a transaction that stands idle meanwhile.
        "PGOPTIONS": "-c idle_in_transaction_session_timeout=0",
    }
    variables = without_proxy(dict(os.environ)) | environment() | secret_environment(known) | access
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(command, env=variables, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{Path(command[0]).name} failed: {done.stderr.strip()[-400:]}")
    return done.stdout
