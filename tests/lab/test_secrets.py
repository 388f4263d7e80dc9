"""No password of the lab may be found where others can read: logs, XCom, ledger, report."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from lab import addresses
from lab.paths import LAB

from .conftest import Outcome
from .sides import KUBECONFIGS

pytestmark = pytest.mark.lab


def forms() -> dict[str, bytes]:
    """Every secret of the lab as it is and in base64, by the name it has in the lab."""
    secrets = json.loads((LAB / "secrets.json").read_text())
    plain = {
        name: value.encode()
        for name, value in secrets.items()
        if len(value) >= 8 and not name.endswith("_ak")
    }
    coded = {f"{name} (base64)": base64.b64encode(value).rstrip(b"=") for name, value in plain.items()}
    return plain | coded | keys()


def keys() -> dict[str, bytes]:
    """Every private key of an administrator: in base64 as kubeconfigs have it, and a line of what that stands for."""
    found = {}
    for side, kubeconfig in KUBECONFIGS.items():
        key = json.loads(kubeconfig.read_text())["users"][0]["user"]["client-key-data"]
        found[f"key of the {side} cluster (base64)"] = key.encode()
        found[f"key of the {side} cluster"] = base64.b64decode(key).splitlines()[1]
    return found


def leaks(folder: Path) -> Iterator[str]:
    known = forms()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            yield from (
                f"{path.relative_to(LAB)}: {name}" for name, value in known.items() if value in content
            )


@pytest.mark.parametrize("folder", ["ledger", "airflow/logs", "logs"])
def test_no_secret_is_found_in(folder: str, migration: Outcome) -> None:
    assert migration.folder.exists()
    assert (LAB / folder).is_dir()
    assert list(leaks(LAB / folder)) == []


def test_no_secret_is_found_in_xcom(migration: Outcome) -> None:
    secrets = json.loads((LAB / "secrets.json").read_text())
    with psycopg.connect(
        host=addresses.LAB_POSTGRES, dbname="airflow", user="airflow", password=secrets["airflow_db_password"]
    ) as connection:
        rows = connection.execute("select dag_id, task_id, key, value::text from xcom").fetchall()
    assert rows, "the run leaves counts and keys in XCom"
    found = [
        (dag, task, key, name)
        for dag, task, key, value in rows
        for name, secret in forms().items()
        if value and secret.decode() in value
    ]
    assert found == []
