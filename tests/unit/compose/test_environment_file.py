"""`make env` writes secrets that nobody else has, once."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests.unit.compose.files import ROOT, example_secrets


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("Makefile", ".env.example"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def make_env(project: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "--silent", "env"], cwd=project, capture_output=True, text=True, timeout=60
    )


def secrets_in(project: Path) -> dict[str, str]:
    return dict(re.findall(r"^(\w+)=(.*)$", (project / ".env").read_text(), re.MULTILINE))


def test_every_secret_gets_a_long_value_of_its_own_that_only_the_owner_can_read(project: Path) -> None:
    made = make_env(project)
    assert made.returncode == 0, made.stderr
    values = secrets_in(project)
    assert set(values) == example_secrets()
    assert len(set(values.values())) == len(values)
    for name, value in values.items():
        assert re.fullmatch(r"[\w-]{43}=" if name == "FERNET_KEY" else r"[\w-]{64}", value)
        assert value not in made.stdout + made.stderr
    assert stat.S_IMODE((project / ".env").stat().st_mode) == 0o600


def test_airflow_can_encrypt_with_the_key(project: Path) -> None:
    from cryptography.fernet import Fernet

    make_env(project)
    cipher = Fernet(secrets_in(project)["FERNET_KEY"])
    assert cipher.decrypt(cipher.encrypt(b"kubeconfig")) == b"kubeconfig"


def test_the_passwords_arrive_unchanged_through_an_address(project: Path) -> None:
    from kombu.utils.url import url_to_parts
    from sqlalchemy import make_url

    make_env(project)
    values = secrets_in(project)
    database = make_url(f"postgresql+psycopg2://airflow:{values['POSTGRES_PASSWORD']}@postgres/airflow")
    assert database.password == values["POSTGRES_PASSWORD"]
    broker = url_to_parts(f"redis://:{values['REDIS_PASSWORD']}@redis:6379/0")
    assert broker.password == values["REDIS_PASSWORD"]


def test_an_existing_file_stays_as_it_is(project: Path) -> None:
    make_env(project)
    before = (project / ".env").read_text()
    again = make_env(project)
    assert again.returncode != 0
    assert "exists" in again.stderr
    assert (project / ".env").read_text() == before


@pytest.mark.parametrize("name", [".env", "connections.env"])
def test_git_leaves_the_files_with_secrets_alone(name: str) -> None:
    assert f"/{name}" in (ROOT / ".gitignore").read_text().splitlines()
