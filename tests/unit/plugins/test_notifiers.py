"""People are told by the connections that Airflow keeps."""

from __future__ import annotations

import email
import json
import socket
from collections.abc import Iterator
from email import policy
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import Envelope
from airflow.sdk._shared.secrets_masker import secrets_masker

from cce_migration.hooks.connections import AirflowConnections
from cce_migration.notifiers.failures import FailureNotifier
from cce_migration.operators.cutover import FinishProbeOperator
from cce_migration.operators.rehearsal import JudgeRehearsalOperator
from include.errors import PermanentError
from include.ledger import Ledger
from include.rehearsal.judging import DOCUMENT as REGRESSIONS
from include.run import MigrationRun
from tests.builders.definitions import definition_text
from tests.builders.webhook_server import WebhookServer, webhook_server

TOKEN = "T0000-B0000-token-of-the-tests"
MAIL = {"kind": "email", "connection": "mail", "to": ["nights@example.com", "lead@example.com"]}
HOOK = {"kind": "webhook", "connection": "hook"}
RUN_PAGE = "dags/migrate_to_cce/runs/manual__2026-11-26T10%3A00%3A00%2B00%3A00"


class Mailbox(Sink):
    """Keep what arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.envelopes: list[Envelope] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # ruff: ignore[invalid-function-name]
        self.envelopes.append(envelope)
        return "250 OK"


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, ready_timeout=10)
    controller.start()
    connection = {
        "conn_type": "smtp",
        "host": "127.0.0.1",
        "port": port,
        "extra": {
            "disable_ssl": True,
            "disable_tls": True,
            "from_email": "cce@example.com",
            "retry_limit": 1,
            "timeout": 3,
        },
    }
    monkeypatch.setenv("AIRFLOW_CONN_MAIL", json.dumps(connection))
    yield box
    controller.stop()


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebhookServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with webhook_server() as server:
        connection = {"conn_type": "http", "host": f"{server.url}/in", "password": "a-key-of-the-tests"}
        monkeypatch.setenv("AIRFLOW_CONN_HOOK", json.dumps(connection))
        yield server
    secrets_masker._secrets_masker().reset_masker()


@pytest.fixture
def wanted(context: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Hold who is told; the run's definition is written when it is opened first."""
    entries: list[dict[str, Any]] = []
    path = tmp_path / "told.yaml"
    context["params"]["definition_file"] = str(path)
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example.com/ops/")

    class Entries(list):
        def append(self, entry: dict[str, Any]) -> None:
            entries.append(entry)
            path.write_text(definition_text(lambda document: document.update(notifications=entries)))

    return Entries()


def test_a_failed_task_is_told_by_mail(
    context: dict[str, Any], wanted: list[dict[str, Any]], mailbox: Mailbox
) -> None:
    wanted.append(MAIL)
    FailureNotifier()({**context, "exception": PermanentError("bucket a: 403, ask for the right <list>")})

    (envelope,) = mailbox.envelopes
    message = email.message_from_bytes(envelope.content, policy=policy.default)
    body = message.get_body(("html",)).get_content()
    assert envelope.rcpt_tos == MAIL["to"]
    assert (message["From"], message["Subject"]) == (
        "cce@example.com",
        "Migration lab: obs_sync.copy_buckets failed",
    )
    assert "bucket a: 403, ask for the right &lt;list&gt;" in body
    assert f'<a href="https://airflow.example.com/ops/{RUN_PAGE}/plugin/migration_report">' in body


def test_shards_that_fail_alike_are_told_of_once_and_a_cleared_task_again(
    context: dict[str, Any], wanted: list[dict[str, Any]], hook: WebhookServer
) -> None:
    wanted.append(HOOK)
    for index, attempt in ((0, 9), (1, 9), (0, 10)):
        context["ti"].map_index, context["ti"].try_number = index, attempt
        FailureNotifier()({**context, "exception": PermanentError("no")})
    assert len(hook.requests) == 2


def test_a_refused_definition_has_named_nobody_to_tell(
    context: dict[str, Any], broken_definition: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    context["params"]["definition_file"] = str(broken_definition)
    FailureNotifier().notify(context)
    assert "Nobody is told of this failure" in capsys.readouterr().out


def test_the_end_of_a_cutover_is_told_with_its_downtime(
    context: dict[str, Any],
    wanted: list[dict[str, Any]],
    hook: WebhookServer,
    book: Ledger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted.append(HOOK)
    downtime = {"seconds": 3.04, "requests": 9, "writes_lost": 0, "writes_doubled": 0}
    monkeypatch.setattr("cce_migration.operators.cutover.finish_probe", lambda run: downtime)
    monkeypatch.setattr("cce_migration.operators.cutover.end_following", lambda run: None)
    operator = FinishProbeOperator(task_id="cutover.finish_probe")

    operator.execute(context)
    assert hook.requests == []
    book.write("cutover/endpoint", {"at": "2026-11-26T10:00:00.000+00:00"})
    operator.execute(context)
    book.write("cutover/rolled-back", {"at": "2026-11-26T10:00:01.000+00:00"})
    operator.execute(context)

    told = [json.loads(body) for _, _, body in hook.requests]
    assert [one["type"] for one in told] == ["migration.cutover_done", "migration.rolled_back"]
    assert "Downtime 3.0 s" in told[0]["data"]["what"]


def test_a_rehearsal_that_did_worse_is_told_once(
    context: dict[str, Any],
    wanted: list[dict[str, Any]],
    hook: WebhookServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted.append(HOOK)
    worse: list[str] = []

    def judge(run: MigrationRun) -> dict[str, Any]:
        run.ledger.write(REGRESSIONS, {"at": "now", "regressions": worse})
        return {"regressions": len(worse)}

    monkeypatch.setattr("cce_migration.operators.rehearsal.judge_rehearsal", judge)
    operator = JudgeRehearsalOperator(task_id="judge_rehearsal")

    operator.execute(context)
    assert hook.requests == []
    worse.append("obs_sync: took 90 s, 3.0 times the median of 30 s")
    operator.execute(context)
    operator.execute(context)

    (told,) = [json.loads(body) for _, _, body in hook.requests]
    assert told["type"] == "migration.rehearsal_regressed"
    assert "3.0 times the median" in told["data"]["what"]


@pytest.mark.usefixtures("hook")
def test_the_end_of_slacks_address_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = {"conn_type": "slackwebhook", "host": f"https://hooks.example.com/services/{TOKEN}"}
    monkeypatch.setenv("AIRFLOW_CONN_SLACK", json.dumps(connection))
    url = AirflowConnections().slack("slack").url
    assert TOKEN in url
    assert TOKEN not in str(secrets_masker.redact(f"POST {url}"))


def test_the_shipped_definition_tells_nobody() -> None:
    assert "notifications" not in yaml.safe_load(definition_text())
