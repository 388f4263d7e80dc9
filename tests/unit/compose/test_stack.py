"""docker-compose.yaml says nothing that is not so: folders, variables, settings, commands, health checks."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from tests.unit.compose.files import (
    AIRFLOW_SERVICES,
    ONE_SHOT,
    ROOT,
    SERVICES,
    STACK,
    example_secrets,
    example_settings,
    variables,
)

SECRET_NAME = re.compile(r"PASSWORD|SECRET|_KEY$|AUTH$")
TOOLS = {
    "postgres": {"pg_isready"},
    "redis": {"redis-cli", "redis-server", "sh", "grep"},
    "cce-migration": {"airflow", "bash", "celery", "python", "printf"},
}


def mounts(kind: str) -> list[tuple[str, str]]:
    return sorted({
        (mount["source"], mount["target"])
        for service in AIRFLOW_SERVICES.values()
        for mount in service["volumes"]
        if mount["type"] == kind
    })


def airflow_commands() -> Iterator[str]:
    """Every `airflow …` that a service runs, in a shell or not."""
    for service in AIRFLOW_SERVICES.values():
        command = service["command"]
        text = command if isinstance(command, str) else command[-1]
        yield from re.findall(r"(?:^|\| )(airflow .*)$", text.replace("\\\n", ""), re.MULTILINE)


@pytest.mark.parametrize(("folder", "place"), mounts("bind"))
def test_every_folder_that_is_mounted_is_in_the_project(folder: str, place: str) -> None:
    assert (ROOT / folder).is_dir()
    assert place == f"/opt/airflow/{folder.removeprefix('./')}"


@pytest.mark.parametrize("service", AIRFLOW_SERVICES)
def test_a_missing_folder_is_an_error_and_no_container_writes_into_the_checkout(service: str) -> None:
    for mount in AIRFLOW_SERVICES[service]["volumes"]:
        if mount["type"] == "bind":
            assert mount["read_only"] is True
            assert mount["bind"] == {"create_host_path": False}


def test_every_declared_volume_and_network_is_used_and_no_other() -> None:
    volumes = {name for name, _ in mounts("volume")}
    volumes |= {SERVICES[name]["volumes"][0].split(":")[0] for name in ("postgres", "redis")}
    assert volumes == set(STACK["volumes"])
    assert {name for service in SERVICES.values() for name in service["networks"]} == set(STACK["networks"])


def test_every_variable_is_in_the_example_and_the_example_has_no_other() -> None:
    assert {one.name for one in variables()} == example_secrets() | set(example_settings())


def test_every_secret_is_required_and_has_no_default() -> None:
    assert {one.name for one in variables() if one.default is None} == example_secrets()
    assert {name for name in example_settings() if SECRET_NAME.search(name)} == set()


def test_the_example_shows_the_defaults_that_apply() -> None:
    applied = {one.name: one.default for one in variables() if one.default is not None}
    assert applied == example_settings()


@pytest.mark.parametrize("service", SERVICES)
def test_no_password_key_or_secret_is_written_out(service: str) -> None:
    environment = SERVICES[service].get("environment", {})
    for name, value in environment.items():
        if SECRET_NAME.search(name) and name != "AIRFLOW__CORE__SENSITIVE_VAR_CONN_NAMES":
            assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), name
        for password in re.findall(r"://[^/@:]*:([^@]*)@", value):
            assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", password), name


def test_every_part_of_airflow_has_the_same_keys_and_addresses() -> None:
    shared = STACK["x-environment"]
    for service in AIRFLOW_SERVICES.values():
        assert shared.items() <= service["environment"].items()
    names = ("AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__API__SECRET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET")
    assert set(names) <= set(shared)


def test_python_finds_the_connection_type_when_a_component_starts() -> None:
    """Airflow looks for types before it adds plugins/ to the path by itself."""
    assert list((ROOT / "plugins").glob("*.dist-info/entry_points.txt"))
    assert "/opt/airflow/plugins" in STACK["x-environment"]["PYTHONPATH"].split(":")


def test_only_the_workers_get_the_connections() -> None:
    assert [name for name, service in SERVICES.items() if "env_file" in service] == ["airflow-worker"]


def test_every_variable_that_the_product_reads_is_set() -> None:
    sources = (path for folder in ("include", "plugins", "dags") for path in (ROOT / folder).rglob("*.py"))
    read = {name for path in sources for name in re.findall(r"CCE_MIGRATION_\w+", path.read_text())}
    assert "CCE_MIGRATION_LEDGER_ROOT" in read
    assert read <= set(STACK["x-environment"])


@pytest.mark.parametrize(
    "name", sorted(name for name in STACK["x-environment"] if name.startswith("AIRFLOW__"))
)
def test_airflow_has_the_setting(name: str) -> None:
    from airflow.configuration import conf

    _, section, option = name.lower().split("__")
    assert option in conf.configuration_description[section]["options"]


def test_celery_has_the_options_that_are_handed_through_to_it() -> None:
    from celery.app.defaults import SETTING_KEYS

    given = json.loads(STACK["x-environment"]["AIRFLOW__CELERY__EXTRA_CELERY_CONFIG"])
    assert given == {"worker_disable_prefetch": True}
    assert set(given) <= SETTING_KEYS


@pytest.mark.filterwarnings("ignore::starlette.exceptions.StarletteDeprecationWarning")  # in the FAB provider
def test_the_locked_packages_have_the_executor_and_the_login() -> None:
    # Both import from other packages: a lock that satisfies every package can still bring two that do not fit.
    from airflow.executors.executor_loader import ExecutorLoader

    environment = STACK["x-environment"]
    executor = ExecutorLoader.executors[environment["AIRFLOW__CORE__EXECUTOR"]]
    for path in (executor, environment["AIRFLOW__CORE__AUTH_MANAGER"]):
        module, _, name = path.rpartition(".")
        assert getattr(import_module(module), name)


@pytest.mark.parametrize("line", sorted(set(airflow_commands())))
def test_airflow_has_the_command_and_its_arguments(line: str) -> None:
    from airflow.cli.cli_parser import get_parser

    assert get_parser().parse_args(shlex.split(line.replace("$$", "$"))[1:]).func


def test_the_image_is_named_after_the_project_and_its_airflow() -> None:
    project = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    airflow = re.search(r"^apache-airflow==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert project
    assert airflow
    assert {service["image"] for service in AIRFLOW_SERVICES.values()} == {
        f"cce-migration:{project[1]}-airflow{airflow[1]}"
    }


@pytest.mark.parametrize("service", SERVICES)
def test_every_image_has_a_version(service: str) -> None:
    name, _, tag = SERVICES[service]["image"].partition(":")
    assert name in TOOLS
    assert re.match(r"\d+(\.\d+)*", tag)


def test_one_service_builds_the_image_and_the_others_wait_for_it() -> None:
    assert [name for name, service in SERVICES.items() if "build" in service] == ["airflow-init"]
    for name, service in AIRFLOW_SERVICES.items():
        if name != "airflow-init":
            assert service["pull_policy"] == "never"
            assert service["depends_on"]["airflow-init"] == {"condition": "service_completed_successfully"}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_waits_for_health_that_is_checked_and_for_ends_that_come(service: str) -> None:
    for name, needed in SERVICES[service].get("depends_on", {}).items():
        if needed["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[name]
        else:
            assert needed == {"condition": "service_completed_successfully"}
            assert name in ONE_SHOT


@pytest.mark.parametrize("service", sorted(set(SERVICES) - ONE_SHOT))
def test_every_lasting_service_is_restarted_checked_and_limited(service: str) -> None:
    described = SERVICES[service]
    assert described["restart"] == "unless-stopped"
    assert described["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert described["deploy"]["resources"]["limits"]["memory"]


@pytest.mark.parametrize("service", sorted(set(SERVICES) - ONE_SHOT))
def test_the_image_has_the_commands_of_the_health_check(service: str) -> None:
    kind, first, *_ = SERVICES[service]["healthcheck"]["test"]
    words = [first] if kind == "CMD" else re.findall(r"(?:^|\| )(?:\w+=\S+ )?([\w-]+)", first)
    assert set(words) <= TOOLS[SERVICES[service]["image"].partition(":")[0]]


@pytest.mark.parametrize("service", SERVICES)
def test_no_container_has_rights_to_lose(service: str) -> None:
    described: dict[str, Any] = SERVICES[service]
    assert described["read_only"] is True
    assert described["cap_drop"] == ["ALL"]
    assert described["security_opt"] == ["no-new-privileges:true"]
    assert described.get("user") in ({None} if service in AIRFLOW_SERVICES else {service})
    assert not described.get("privileged")


def test_only_the_ui_is_reachable_and_only_from_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"airflow-apiserver": ["127.0.0.1:${AIRFLOW_PORT:-8080}:8080"]}
    assert STACK["networks"]["data"] == {"internal": True}
    assert SERVICES["postgres"]["networks"] == SERVICES["redis"]["networks"] == ["data"]


def test_the_workers_keep_dumps_on_a_volume() -> None:
    worker = SERVICES["airflow-worker"]
    assert worker["environment"]["TMPDIR"] in {mount["target"] for mount in worker["volumes"]}
