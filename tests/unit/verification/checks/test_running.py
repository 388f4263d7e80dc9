"""Checks of a definition from the first request to the proof, against two real servers."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from include.errors import LedgerError, ProofError
from include.planning.fixed_rows import fixed_rows
from include.planning.model import Plan, save_plan
from include.run import MigrationRun
from include.verification import read_comparisons, run_checks
from tests.builders.definitions import definition
from tests.builders.runs import run as lab_run
from tests.unit.verification.checks.servers import Shop, free_port, serving

PRICE = {
    "name": "price",
    "http": {"path": "/products/1", "json": [{"path": "$.price", "same_as_source": True}]},
    "latency": {"requests": 5},
}
PAGE = {"name": "page", "http": {"path": "/", "contains": "Shop"}, "latency": {"requests": 3}}
ORDER = {"name": "order", "http": {"path": "/", "method": "POST"}}


@pytest.fixture
def source() -> Generator[Shop]:
    with serving(Shop()) as shop:
        yield shop


@pytest.fixture
def target() -> Generator[Shop]:
    with serving(Shop()) as shop:
        yield shop


def planned_run(folder: Path, *checks: dict[str, Any]) -> MigrationRun:
    run = lab_run(folder, definition=definition(lambda document: document.update(checks=list(checks))))
    save_plan(run.ledger, Plan(items=fixed_rows(run.definition)))
    return run


def both(run: MigrationRun, source: Shop, target: Shop) -> int:
    addresses: Any = {"source": source.address, "target": target.address}
    return run_checks(run, addresses, compares=True, patience_seconds=0)


def test_both_sides_are_asked_and_their_latencies_kept(tmp_path: Path, source: Shop, target: Shop) -> None:
    run = planned_run(tmp_path, PRICE, PAGE)
    assert both(run, source, target) == 2
    proof = run.ledger.proofs("verification")["check/price"]
    assert (proof.source, proof.target) == ({"status": 200, "$.price": "9.90"},) * 2
    kept = {one.name: one for one in read_comparisons(run.ledger)}
    latencies = kept["price"].latencies
    assert latencies is not None
    assert latencies.source is not None
    assert (latencies.source.requests, latencies.target.requests, latencies.target.failed) == (5, 5, 0)
    assert 0 < latencies.target.p50 <= latencies.target.p95 <= latencies.target.p99


def test_a_target_that_answers_otherwise_fails(tmp_path: Path, source: Shop, target: Shop) -> None:
    target.document = {"price": "9.95"}
    run = planned_run(tmp_path, PRICE)
    with pytest.raises(ProofError) as caught:
        both(run, source, target)
    assert caught.value.problems == [
        "check price, target: expected {'status': 200, '$.price': '9.90'}, found {'status': 200, '$.price': '9.95'}"
    ]


def test_all_failures_are_named_at_once_and_every_check_is_recorded(
    tmp_path: Path, source: Shop, target: Shop
) -> None:
    run = planned_run(
        tmp_path,
        PAGE,
        {"name": "gone", "http": {"path": "/gone"}},
        {"name": "port", "tcp": {"host": "127.0.0.1", "port": free_port()}},
    )
    with pytest.raises(ProofError) as caught:
        both(run, source, target)
    assert len(caught.value.problems) == 2
    assert {key: proof.equal for key, proof in run.ledger.proofs("verification").items()} == {
        "check/page": True,
        "check/gone": False,
        "check/port": False,
    }


def test_in_the_cutover_the_source_is_remembered_and_left_alone(
    tmp_path: Path, source: Shop, target: Shop
) -> None:
    run = planned_run(tmp_path, PRICE)
    both(run, source, target)
    source.requests.clear()
    target.requests.clear()
    assert run_checks(run, {"target": target.address}, patience_seconds=0) == 1
    assert source.requests == []
    assert len(target.requests) == 1
    assert read_comparisons(run.ledger)[0].latencies is not None


def test_what_may_change_something_is_sent_once_and_to_the_target_alone(
    tmp_path: Path, source: Shop, target: Shop
) -> None:
    run = planned_run(tmp_path, ORDER)
    both(run, source, target)
    assert source.requests == []
    assert [method for method, *_ in target.requests] == ["POST"]


def test_a_slower_target_is_a_note_of_the_item(tmp_path: Path, source: Shop, target: Shop) -> None:
    target.seconds = 0.3
    run = planned_run(tmp_path, PAGE)
    both(run, source, target)
    item = run.ledger.item("verification", "check/page")
    assert item is not None
    assert "on the target" in str(item.note)
    assert [one.is_slow for one in read_comparisons(run.ledger)] == [True]


def test_a_slower_target_is_a_failure_where_the_definition_says_so(
    tmp_path: Path, source: Shop, target: Shop
) -> None:
    target.seconds = 0.3
    run = planned_run(tmp_path, {**PAGE, "latency": {"requests": 3, "otherwise": "failure"}})
    with pytest.raises(ProofError, match="times as long, more than 2"):
        both(run, source, target)


def test_a_source_that_does_not_answer_stops_no_check_that_needs_it_not(tmp_path: Path, target: Shop) -> None:
    run = planned_run(tmp_path, PAGE)
    assert both(run, Shop(address=f"127.0.0.1:{free_port()}"), target) == 1
    latencies = read_comparisons(run.ledger)[0].latencies
    assert latencies is not None
    assert (latencies.ratio, latencies.source and latencies.source.failed) == (None, 3)


def test_a_check_that_is_not_planned_is_an_error(tmp_path: Path) -> None:
    run = lab_run(tmp_path)
    save_plan(run.ledger, Plan(items=[]))
    with pytest.raises(LedgerError, match="plan again"):
        run_checks(run, {"target": "198.18.20.1"})
