"""docker-compose.yaml is what the compose specification asks for, read by the library that Compose is made of.

The validator is built before the tests begin, by `python -m lab install-packages --for-tests`.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab import paths
from lab.binaries.build import provide
from lab.binaries.modules import COMPOSE_VALIDATOR

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = (ROOT / ".env.example").read_text()
SECRETS = re.findall(r"^(\w+)=$", EXAMPLE, re.MULTILINE)
AIRFLOW = {"apiserver", "dag-processor", "init", "scheduler", "triggerer", "worker"}
SERVICES = {"postgres", "redis", *(f"airflow-{name}" for name in AIRFLOW)}
CONNECTION = {
    "conn_type": "kubernetes",
    "password": 'a$HOME ${HOME} "quoted" \\ #no comment, it\'s text',
    "extra": {"kube_config": "apiVersion: v1\nkind: Config\n"},
}

Validate = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def validator() -> Path:
    provide((COMPOSE_VALIDATOR,), print)
    return paths.BIN / "compose-validator"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the file beside an .env in which every secret has its own name as value."""
    shutil.copy(ROOT / "docker-compose.yaml", tmp_path)
    (tmp_path / ".env").write_text(re.sub(r"^(\w+)=$", r"\1=value-of-\1", EXAMPLE, flags=re.MULTILINE))
    return tmp_path


@pytest.fixture
def validate(validator: Path, project: Path) -> Validate:
    """Run the validator on the copy, after changes to its text: pairs of old and new."""

    def run(*changes: tuple[str, str]) -> subprocess.CompletedProcess[str]:
        file = project / "docker-compose.yaml"
        text = file.read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        file.write_text(text)
        command = [str(validator), str(file), str(project / ".env")]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=60, env={"PATH": "/usr/bin:/bin"}
        )

    return run


@pytest.fixture
def resolved(validate: Validate) -> dict[str, Any]:
    done = validate()
    assert done.returncode == 0, done.stderr
    services: dict[str, Any] = json.loads(done.stdout)["services"]
    return services


def test_the_file_follows_the_specification(resolved: dict[str, Any]) -> None:
    assert set(resolved) == SERVICES


@pytest.mark.parametrize("name", SECRETS)
def test_nothing_starts_without_a_secret(name: str, validate: Validate, project: Path) -> None:
    file = project / ".env"
    file.write_text(file.read_text().replace(f"\n{name}=value-of-{name}\n", f"\n{name}=\n"))
    refused = validate()
    assert refused.returncode == 1
    assert f"required variable {name} is missing a value: run make env" in refused.stderr
    assert not refused.stdout


def test_every_secret_arrives_where_it_is_used(resolved: dict[str, Any]) -> None:
    assert resolved["postgres"]["environment"]["POSTGRES_PASSWORD"] == "value-of-POSTGRES_PASSWORD"
    assert resolved["redis"]["environment"]["REDISCLI_AUTH"] == "value-of-REDIS_PASSWORD"
    assert resolved["airflow-init"]["environment"]["ADMIN_PASSWORD"] == "value-of-ADMIN_PASSWORD"
    worker = resolved["airflow-worker"]["environment"]
    assert worker["AIRFLOW__CORE__FERNET_KEY"] == "value-of-FERNET_KEY"
    assert worker["AIRFLOW__CELERY__BROKER_URL"] == "redis://:value-of-REDIS_PASSWORD@redis:6379/0"
    assert worker["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].endswith(
        "//airflow:value-of-POSTGRES_PASSWORD@postgres/airflow"
    )


def test_no_secret_stands_in_a_command_or_a_health_check(resolved: dict[str, Any]) -> None:
    for service in resolved.values():
        for part in ("command", "entrypoint", "healthcheck", "build", "image", "labels"):
            assert "value-of-" not in json.dumps(service.get(part))


def test_a_connection_arrives_unchanged_and_only_at_the_worker(validate: Validate, project: Path) -> None:
    document = json.dumps(CONNECTION).replace("'", "\\u0027")  # as docs/docker-compose.md says
    (project / "connections.env").write_text(f"AIRFLOW_CONN_SOURCE_CLUSTER='{document}'\n")
    done = validate()
    assert done.returncode == 0, done.stderr
    services = json.loads(done.stdout)["services"]
    given = {name: one["environment"].get("AIRFLOW_CONN_SOURCE_CLUSTER") for name, one in services.items()}
    assert {name: value for name, value in given.items() if value} == {"airflow-worker": document}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("read_only: true\n  cap_drop", "readonly: true\n  cap_drop", "readonly"),
        ("stop_grace_period: 10m", "stop_grace_period: [10]", "stop_grace_period"),
        ("networks: [data]", "networks: [backend]", "backend"),
        ("    redis: {condition: service_healthy}", "    broker: {condition: service_healthy}", "broker"),
        ("condition: service_healthy", "condition: healthy", "condition"),
        ("source: scratch", "source: dumps", "dumps"),
    ],
    ids=["unknown key", "wrong type", "unknown network", "unknown service", "unknown word", "unknown volume"],
)
def test_a_mistake_is_found(old: str, new: str, says: str, validate: Validate) -> None:
    refused = validate((old, new))
    assert refused.returncode == 1
    assert says in refused.stderr
