"""What the lab's services promise, asked of the running ones: `python -m lab exec -- pytest tests/contract`.

The stand-ins of the cloud's services must refuse what the real ones refuse and verify what they verify, so that what
passes here passes there. Every test removes what it made.
"""

from __future__ import annotations

import socket
from typing import Any

import pytest

from lab import addresses, paths
from lab.connections import read_documents
from tests import orders


class Document(dict[str, Any]):
    """A connection as Airflow's JSON has it; a failing test must not show its password."""

    def __repr__(self) -> str:
        return f"<connection of {self.get('login')}>"


@pytest.fixture(scope="session")
def target_servers(connections: dict[str, Document]) -> None:
    """Order the target's database servers, which are there only then."""
    for engine in orders.CONNECTIONS:
        orders.order_instance(orders.lab_service("rds"), engine)


@pytest.fixture(scope="session")
def connections() -> dict[str, Document]:
    """Return the Airflow connections to the lab by their ids, as tasks get them."""
    try:
        socket.gethostbyname(addresses.SOURCE_REGISTRY_HOST)
    except OSError:
        pytest.skip("the lab's names are not known here: make lab-up, then python -m lab exec -- pytest …")
    return {name: Document(document) for name, document in read_documents().items()}


@pytest.fixture(scope="session")
def source_kubeconfig() -> str:
    """Return how the lab's source is reached: it runs the target's version, and is there without a migration."""
    if not paths.SOURCE_KUBECONFIG.exists():
        pytest.skip("needs the lab's source cluster: make lab-up")
    return paths.SOURCE_KUBECONFIG.read_text(encoding="utf-8")
