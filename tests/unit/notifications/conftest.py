"""Receivers on the loopback, and a run that tells them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from include.ledger.secrets_guard import forget_secrets
from include.notifications import notifying, webhooks
from include.run import MigrationRun
from tests.builders.connections import connections
from tests.builders.definitions import definition
from tests.builders.runs import run as lab_run
from tests.builders.webhook_server import WebhookServer, webhook_server

KEY = "a-signing-key-of-the-tests"
TOKEN = "T0000-B0000-token-of-the-tests"
RunOf = Callable[..., MigrationRun]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(webhooks, "SECONDS_BETWEEN_TRIES", 0.01)
    monkeypatch.setattr(webhooks, "TIMEOUT_SECONDS", 0.5)
    monkeypatch.setattr(notifying, "LONGEST_SECONDS", 3.0)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield
    forget_secrets()


@pytest.fixture
def server() -> Iterator[WebhookServer]:
    with webhook_server() as serving:
        yield serving


@pytest.fixture
def run_of(tmp_path: Path, server: WebhookServer) -> RunOf:
    """Make a run that notifies by these entries; `hook` and `slack` lead to the server."""
    known = connections(
        hook={"conn_type": "http", "host": f"{server.url}/in", "password": KEY},
        slack={"conn_type": "slackwebhook", "host": f"{server.url}/services", "password": TOKEN},
        gone={"conn_type": "http", "host": "http://127.0.0.1:1/in", "password": KEY},
    )

    def make(*entries: dict[str, Any]) -> MigrationRun:
        wanted = definition(lambda document: document.update(notifications=list(entries)))
        return lab_run(tmp_path, definition=wanted, connections=known)

    return make
