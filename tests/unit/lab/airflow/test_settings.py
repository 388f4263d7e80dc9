from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.airflow.settings import environment, secret_environment
from lab.secrets import secrets


def known_settings() -> dict[str, Any]:
    spec = importlib.util.find_spec("airflow")
    assert spec
    assert spec.origin
    text = (Path(spec.origin).parent / "config_templates" / "config.yml").read_text()
    return {section: content["options"] for section, content in yaml.safe_load(text).items()}


def test_no_secret_stands_in_the_settings_that_are_written_to_a_file() -> None:
    text = "\n".join(environment().values())
    assert [name for name, value in secrets().items() if value in text] == []


def test_every_setting_is_one_that_this_airflow_has() -> None:
    known = known_settings()
    names = [name for name in environment() | secret_environment(secrets()) if name.startswith("AIRFLOW__")]
    unknown = []
    for name in names:
        section, option = name.removeprefix("AIRFLOW__").lower().split("__", 1)
        if option not in known.get(section, {}):
            unknown.append(name)
    assert len(names) > 20
    assert unknown == []


def test_a_password_with_odd_characters_survives_the_database_address() -> None:
    known = secrets() | {"airflow_db_password": "a@b/c:d"}
    url = secret_environment(known)["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    assert url.startswith("postgresql+psycopg2://airflow:a%40b%2Fc%3Ad@198.18.0.5:5432/")


@pytest.mark.parametrize("name", ["AIRFLOW__API__HOST", "AIRFLOW__API__BASE_URL"])
def test_the_ui_is_on_the_loopback_only(name: str) -> None:
    assert "127.0.0.1" in environment()[name]
