"""What Airflow and its providers are told of a run: metrics, lineage, links."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.observability import stats

from cce_migration import metrics
from cce_migration.operators.base import MigrationOperator
from cce_migration.operators.databases import CopyDatabasesOperator
from cce_migration.operators.objects import CopyBucketsOperator
from include.ledger import Ledger
from include.measures import downtime_measures, phase_in_words
from tests.builders.connections import connection_variables
from tests.builders.runs import item, proof


class Step(MigrationOperator):
    """End a phase."""

    def act(self, run: Any, context: Any) -> None:
        pass


@pytest.fixture
def statsd() -> Iterator[socket.socket]:
    """Be a StatsD server, to which Airflow's own client sends, tags as InfluxDB has them."""
    from airflow.sdk._shared.observability.metrics.statsd_logger import get_statsd_logger
    from statsd import StatsClient

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        logger = get_statsd_logger(
            stats_class=StatsClient,
            host="127.0.0.1",
            port=server.getsockname()[1],
            prefix="airflow",
            influxdb_tags_enabled=True,
            statsd_influxdb_enabled=True,
        )
        stats.initialize(factory=lambda: logger, export_legacy_names=False)
        yield server
        logger.statsd.close()
    stats.initialize(factory=_silent, export_legacy_names=False)


def _silent() -> Any:
    from airflow.sdk._shared.observability.metrics.base_stats_logger import NoStatsLogger

    return NoStatsLogger()


def received(server: socket.socket, count: int) -> list[str]:
    """Return this many of our measures; Airflow sends some of its own between them."""
    found: list[str] = []
    while len(found) < count:
        text = server.recv(1024).decode()
        found += [text] if text.startswith("airflow.cce_migration.") else []
    return sorted(found)


def record(book: Ledger) -> None:
    book.record_item("obs_sync", item("a", bytes=1000))
    book.record_item("obs_sync", item("b", action="already_equal"))
    book.record_proof("obs_sync", "a", proof())
    book.record_proof("obs_sync", "b", proof("x", "y"))


def test_the_last_step_of_a_phase_sends_what_the_phase_has_done(
    context: dict[str, Any], book: Ledger, statsd: socket.socket, capsys: pytest.CaptureFixture[str]
) -> None:
    record(book)
    Step(task_id="obs_sync.prove_buckets", ends_phase=True).execute(context)
    place = "migration=lab,phase=obs_sync"
    assert received(statsd, 6) == sorted([
        f"airflow.cce_migration.items,{place},action=copied:1|g",
        f"airflow.cce_migration.items,{place},action=already_equal:1|g",
        f"airflow.cce_migration.bytes,{place}:1000|g",
        f"airflow.cce_migration.seconds,{place}:0.0|g",
        f"airflow.cce_migration.proofs,{place},outcome=equal:1|g",
        f"airflow.cce_migration.proofs,{place},outcome=unequal:1|g",
    ])
    said = "Phase obs_sync: 2 items (1 copied, 1 already equal), 1 kB moved, 1 proofs equal, 1 unequal, 0 s"
    assert said in capsys.readouterr().out


def test_a_phase_that_goes_on_has_no_duration(book: Ledger) -> None:
    book.phase_started("obs_sync")
    assert phase_in_words(book, "obs_sync") == (
        "0 items, 0 bytes moved, 0 proofs equal, 0 unequal, not finished"
    )


def test_the_downtime_is_sent(book: Ledger, statsd: socket.socket) -> None:
    metrics.send(downtime_measures(book, {"seconds": 4.2, "writes_lost": 0, "writes_doubled": 0}))
    assert "airflow.cce_migration.downtime_seconds,migration=lab:4.2|g" in received(statsd, 3)


def test_the_lag_is_sent_as_long_as_databases_are_followed(
    book: Ledger, statsd: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    from include.measures import lag_measures

    monkeypatch.setattr(metrics, "SECONDS_BETWEEN", 0.02)
    book.write("following/shop", {"lag_seconds": 0.4, "lag_bytes": 120})
    with metrics.sending(lambda: lag_measures(book)):
        seen = received(statsd, 2)
    assert seen == [
        "airflow.cce_migration.lag_bytes,migration=lab,database=shop:120.0|g",
        "airflow.cce_migration.lag_seconds,migration=lab,database=shop:0.4|g",
    ]


def test_measures_that_cannot_be_taken_are_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> Iterator[Any]:
        raise OSError("the ledger is away")
        yield

    metrics.send(broken())
    assert "the ledger is away" in caplog.text


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in connection_variables().items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("connected")
def test_copies_of_databases_and_buckets_are_lineage(
    context: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("cce_migration.operators.databases.copy_database", lambda run, key: "copied")
    monkeypatch.setattr("include.objects.sharing.copy_bucket", lambda run, key: "copied")
    databases = CopyDatabasesOperator(
        task_id="rds_dump_restore.copy_databases", shard={"name": "x", "keys": ["shop-orders"]}
    )
    buckets = CopyBucketsOperator(
        task_id="obs_sync.copy_buckets", shard={"name": "x", "keys": ["product-pictures"]}
    )
    events = [emitted(one, context, tmp_path / one.task_id) for one in (databases, buckets)]

    assert [(one["inputs"][0]["namespace"], one["outputs"][0]["namespace"]) for one in events] == [
        ("postgres://pg.source.lab:5432", "postgres://pg.rds.lab:5432"),
        ("s3://s3.source.lab", "s3://obs.eu-de.lab"),
    ]
    assert [one["inputs"][0]["name"] for one in events] == ["shop", "product-pictures"]


def emitted(operator: Any, context: dict[str, Any], path: Path) -> dict[str, Any]:
    """Run an operator, and return what the provider finds in it as its file transport writes it."""
    from airflow.providers.openlineage.extractors.base import DefaultExtractor
    from openlineage.client import OpenLineageClient
    from openlineage.client.event_v2 import Job, Run, RunEvent, RunState
    from openlineage.client.transport.file import FileConfig, FileTransport

    operator.execute(context)
    found = DefaultExtractor(operator).extract_on_complete(SimpleNamespace())
    event = RunEvent(
        eventTime="2026-11-26T10:00:00Z",
        eventType=RunState.COMPLETE,
        run=Run(runId="01930b6e-7d6c-7d6c-8d6c-0d6c7d6c7d6c"),
        job=Job(namespace="airflow", name=operator.task_id),
        inputs=found.inputs,
        outputs=found.outputs,
        producer="https://example.com",
    )
    OpenLineageClient(transport=FileTransport(FileConfig(str(path), append=True))).emit(event)
    return json.loads(path.read_text())


def test_every_task_leads_to_the_migration_its_items_and_the_report() -> None:
    operator = Step(task_id="obs_sync.prove_buckets")
    key = SimpleNamespace(dag_id="migrate_to_cce", run_id="manual__1")
    links = {one.name: one.get_link(operator, ti_key=key) for one in operator.operator_extra_links}
    run = "dags/migrate_to_cce/runs/manual__1/plugin"
    assert links == {
        "Migration": f"{run}/migration",
        "Items and proofs": f"{run}/migration#items/obs_sync",
        "Report": f"{run}/migration_report",
    }
