"""A control plane of its own for every test, no proxy before it, and retries that do not wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import stamina

from include.cloud import Cloud
from include.cloud.documents import read_cloud_access
from include.ledger.secrets_guard import forget_secrets
from tests.builders.cloud_server import CloudServer, cloud_server

MakeCloud = Callable[..., Cloud]


@pytest.fixture(autouse=True)
def _direct_and_fast(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("no_proxy", "*")
    with stamina.set_testing(testing=True, attempts=6, cap=True):
        yield
    forget_secrets()


@pytest.fixture
def server() -> Iterator[CloudServer]:
    with cloud_server() as running:
        yield running


@pytest.fixture
def make_cloud(server: CloudServer) -> MakeCloud:
    def make(attempts: int = 1, **changes: Any) -> Cloud:
        return Cloud(read_cloud_access("target_cloud", server.document(**changes)), attempts=attempts)

    return make
