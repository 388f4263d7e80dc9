"""Messages over HTTP, as a receiver sees them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import time
from typing import Any

import pytest

from include.notifications import Event, approval_needed, cutover_done, notify, task_failed
from include.run import MigrationRun
from tests.builders.webhook_server import WebhookServer

from .conftest import KEY, TOKEN, RunOf

LINK = "https://airflow.example.com/dags/migrate_to_cce/runs/one"
HOOK = {"kind": "webhook", "connection": "hook"}
SLACK = {"kind": "slack", "connection": "slack"}
DOWNTIME = {"seconds": 4.26, "writes_lost": 0, "writes_doubled": 0}


def no_mail(*_: Any) -> None:
    raise AssertionError("nobody asked for an e-mail")


def tell(run: MigrationRun, event: Event) -> None:
    notify(run, event, LINK, no_mail)


def test_a_webhook_gets_what_happened_signed(run_of: RunOf, server: WebhookServer) -> None:
    tell(run_of(HOOK), task_failed("obs_sync.copy_buckets", 9, "bucket a: 403"))

    ((path, headers, body),) = server.requests
    told = json.loads(body)
    assert (path, told["type"]) == ("/in", "migration.failed")
    assert told["data"]["what"] == "bucket a: 403"
    assert told["data"]["link"] == LINK
    assert "clear the task" in told["data"]["to_do"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.new(KEY.encode(), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60


def test_slack_gets_a_text_with_everything_that_matters(run_of: RunOf, server: WebhookServer) -> None:
    tell(run_of(SLACK), cutover_done(DOWNTIME, "2026-11-27T10:00:00.000+00:00"))

    ((path, _, body),) = server.requests
    assert path == f"/services/{TOKEN}"
    text = json.loads(body)["text"]
    assert text.startswith("*Migration lab: cutover done*")
    assert "Downtime 4.3 s, 0 acknowledged writes lost" in text
    assert f"<{LINK}|Open in Airflow>" in text


def test_foreign_text_begins_no_mention(run_of: RunOf, server: WebhookServer) -> None:
    tell(run_of(SLACK), task_failed("a.b", 1, "<!channel> & more"))
    assert "&lt;!channel&gt; &amp; more" in json.loads(server.requests[0][2])["text"]


def test_an_event_is_told_once_however_often_its_task_is_tried(run_of: RunOf, server: WebhookServer) -> None:
    run = run_of(HOOK, SLACK)
    for _ in range(3):
        tell(run, approval_needed("cutover.approve_cutover", "Switch?", "10:00"))
    tell(run, approval_needed("cutover.approve_cutover", "Switch?", "11:00"))
    assert len(server.requests) == 4
    assert len({headers["webhook-id"] for path, headers, _ in server.requests if path == "/in"}) == 2


def test_only_the_events_that_are_asked_for_are_told(run_of: RunOf, server: WebhookServer) -> None:
    run = run_of({**HOOK, "events": ["cutover_done"]})
    tell(run, task_failed("a.b", 1, "no"))
    assert (server.requests, run.ledger.list("notifications")) == ([], [])


def test_one_more_try_is_made_where_it_may_help(run_of: RunOf, server: WebhookServer) -> None:
    server.statuses = [503]
    tell(run_of(HOOK), task_failed("a.b", 1, "no"))
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("statuses", "connection", "shown"),
    [
        ([404], "hook", "answered 404; check its connection"),
        ([500, 502], "hook", "answered 502, 2 times"),
        ([], "gone", "ConnectError, 2 times"),
        ([], "missing", "connection missing is not defined"),
    ],
)
def test_a_receiver_that_fails_is_a_warning_and_told_by_the_next_try(
    run_of: RunOf,
    server: WebhookServer,
    caplog: pytest.LogCaptureFixture,
    statuses: list[int],
    connection: str,
    shown: str,
) -> None:
    run = run_of({**HOOK, "connection": connection})
    server.statuses = statuses
    with caplog.at_level(logging.WARNING):
        tell(run, task_failed("a.b", 1, "no"))
    assert shown in caplog.text
    before = len(server.requests)
    tell(run, task_failed("a.b", 1, "no"))
    assert len(server.requests) - before == (1 if connection == "hook" else 0)


def test_a_receiver_that_hangs_delays_nothing_for_long(
    run_of: RunOf, server: WebhookServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.seconds = 2.0
    began = time.monotonic()
    tell(run_of(HOOK), task_failed("a.b", 1, "no"))
    assert time.monotonic() - began < 2.0
    assert "ReadTimeout, 2 times" in caplog.text


def test_a_text_with_a_secret_is_not_sent(run_of: RunOf, server: WebhookServer) -> None:
    run = run_of(HOOK)
    secret = run.connections.password("volume_repository")
    tell(run, task_failed("a.b", 1, f"refused: {secret}"))
    assert secret.encode() not in server.requests[0][2]
    assert b"would have carried a secret" in server.requests[0][2]


def test_neither_the_log_nor_the_ledger_shows_the_end_of_slacks_address(
    run_of: RunOf, server: WebhookServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.statuses = [403]
    run = run_of(SLACK)
    with caplog.at_level(logging.DEBUG, logger="include"):
        tell(run, task_failed("a.b", 1, "no"))
    kept = str(run.ledger.read(run.ledger.list("notifications")[0]))
    assert TOKEN not in caplog.text + kept
    assert "answered 403" in kept


def test_a_ledger_that_fails_does_not_fail_the_migration(
    run_of: RunOf, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run = run_of(HOOK)

    def full(*_: Any) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(type(run.ledger), "write", full)
    tell(run, task_failed("a.b", 1, "no"))
    assert "No space left on device" in caplog.text
