"""The DAGs as Airflow reads them."""

from __future__ import annotations

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import DAG

from tests.conftest import ROOT


@pytest.fixture(scope="session")
def bag() -> DagBag:
    return DagBag(dag_folder=str(ROOT / "dags"))


@pytest.fixture(scope="session")
def migrate(bag: DagBag) -> DAG:
    return bag.dags["migrate_to_cce"]
