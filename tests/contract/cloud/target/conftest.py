"""A run of the product before an empty cloud, with quick retries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina

from include.ledger.secrets_guard import forget_secrets
from include.provisioning import waiting
from include.run import MigrationRun
from lab.cloud.assembly import Backends
from tests.contract.cloud.conftest import KEY, PROJECT, SECRET, Server

from .product import Change, fixed, open_run

OpenRun = Callable[..., MigrationRun]


@pytest.fixture(autouse=True)
def _quick_and_empty(monkeypatch: pytest.MonkeyPatch, behind: Backends) -> Iterator[None]:
    monkeypatch.setattr(waiting, "POLL_SECONDS", 0.05)
    behind.cluster.remove()
    with stamina.set_testing(testing=True, attempts=3, cap=True):
        yield
    behind.cluster.remove()
    forget_secrets()


@pytest.fixture
def open_target_run(tmp_path: Path, server: Server) -> OpenRun:
    def opened(change: Change | None = None, **more: Any) -> MigrationRun:
        extra = {
            "cloud": "otc",
            "region": "eu-de",
            "project_id": PROJECT,
            "endpoints": dict.fromkeys(("cce", "ecs", "vpc"), server.url),
        }
        cloud = {"conn_type": "cce", "login": KEY, "password": SECRET, "extra": extra}
        return open_run(tmp_path, cloud, change or fixed(), **more)

    return opened
