"""Checks in a rehearsal: its Services have no load balancer, the source goes on and is asked as ever."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from include.errors import EngineError, ProofError
from include.planning.fixed_rows import fixed_rows
from include.planning.model import Plan, save_plan
from include.rehearsal.clusters import rehearsed_target
from include.run import MigrationRun
from include.verification import run_checks
from tests.builders.connections import cluster_access
from tests.builders.definitions import definition
from tests.builders.runs import run as lab_run
from tests.unit.verification.checks.servers import Shop, serving

PRICE = {
    "name": "price",
    "http": {"path": "/products/1", "json": [{"path": "$.price", "same_as_source": True}]},
    "latency": {"requests": 2},
}
ORDER = {
    "name": "order",
    "http": {
        "path": "/orders?now=1",
        "method": "POST",
        "body": '{"sequence": 1}',
        "headers": {"Authorization": "Basic abc", "X-Shop": "lab"},
    },
}
MAIL = {"name": "mail", "tcp": {"service": "shop/mail", "port": 25, "greets": "220 "}}
SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "mail", "namespace": "shop-rehearsal"},
    "spec": {"clusterIP": "10.0.0.9"},
}
PROXY = "/api/v1/namespaces/shop-rehearsal/services/web:80/proxy"


@pytest.fixture
def source() -> Generator[Shop]:
    with serving(Shop({"price": "9.90"})) as shop:
        yield shop


def rehearsal(folder: Path, asked: list[httpx.Request], *checks: dict[str, Any]) -> MigrationRun:
    wanted = definition(lambda document: document.update(checks=list(checks)))
    run = replace(lab_run(folder, definition=wanted), is_rehearsal=True)
    save_plan(run.ledger, Plan(items=fixed_rows(wanted)))

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if request.url.path.endswith("/services/mail"):
            return httpx.Response(200, json=SERVICE)
        return httpx.Response(200, json={"price": "9.90"})

    target = rehearsed_target(cluster_access(), wanted, httpx.MockTransport(answer))
    vars(run)["target"] = target
    return run


def test_a_value_is_compared_with_what_the_source_answers(tmp_path: Path, source: Shop) -> None:
    asked: list[httpx.Request] = []
    run = rehearsal(tmp_path, asked, PRICE)
    run_checks(run, {"source": source.address, "target": ""}, compares=True, patience_seconds=0)
    assert run.ledger.proofs("verification")["check/price"].target == {"status": 200, "$.price": "9.90"}
    assert {one.url.raw_path.decode() for one in asked} == {f"{PROXY}/products/1"}

    source.document = {"price": "9.95"}
    with pytest.raises(ProofError, match=r"9\.95"):
        run_checks(run, {"source": source.address, "target": ""}, compares=True, patience_seconds=0)


def test_any_method_is_sent_with_the_rehearsal_s_own_login(tmp_path: Path, source: Shop) -> None:
    asked: list[httpx.Request] = []
    run = rehearsal(tmp_path, asked, ORDER)
    run_checks(run, {"source": source.address, "target": ""}, compares=True, patience_seconds=0)
    (sent,) = asked
    assert (sent.method, sent.url.raw_path.decode()) == ("POST", f"{PROXY}/orders?now=1")
    assert sent.content == b'{"sequence": 1}'
    assert sent.headers["X-Shop"] == "lab"
    assert "Basic abc" not in sent.headers.values()
    assert source.requests == []


@pytest.mark.parametrize(
    ("said", "is_good"),
    [("220 mail.lab ready\n", True), ("554 no\n", False), (EngineError("refused", ""), False)],
)
def test_a_port_is_asked_from_a_pod(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str | EngineError, is_good: bool
) -> None:
    movers: list[Any] = []

    def run_mover(_cluster: Any, mover: Any, _secrets: dict[str, str]) -> str:
        movers.append(mover)
        if isinstance(said, EngineError):
            raise said
        return said

    monkeypatch.setattr("include.volumes.running.run_mover", run_mover)
    monkeypatch.setattr("include.verification.checks.tcp.balancer_addresses", lambda _: [])
    run = rehearsal(tmp_path, [], MAIL)
    vars(run)["source"] = run.target
    try:
        run_checks(run, {"target": ""}, compares=True, patience_seconds=0)
        assert is_good
    except ProofError:
        assert not is_good
    (mover,) = movers
    assert mover.settings == {"HOST": "10.0.0.9", "PORT": "25", "WAIT": "10", "LISTEN": "10"}


def test_a_port_takes_no_pod_while_the_start_is_timed(tmp_path: Path) -> None:
    assert run_checks(rehearsal(tmp_path, [], MAIL), {"target": ""}, patience_seconds=0) == 0
