"""One Airflow for all tests here, and a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.definitions import definition_text
from tests.contract.cloud.servers import PASSWORD
from tests.contract.postgresql.servers import server

from .servers import Airflow, airflow_alone


@pytest.fixture(scope="session")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airflow]:
    # As whoever runs Airflow does: SQLite refuses a request while the scheduler writes.
    with (
        server("postgres", f"alter role postgres password '{PASSWORD}'", "postgres") as database,
        airflow_alone(tmp_path_factory.mktemp("airflow"), database) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def definition_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A definition whose cutover only anna may approve."""
    path = tmp_path_factory.mktemp("definition") / "people.yaml"
    path.write_text(definition_text(lambda document: document.update(approvals={"cutover": ["anna"]})))
    return path
