from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from include.definition import HttpCheck
from include.errors import LedgerError, ProofError
from include.planning.fixed_rows import fixed_rows
from include.planning.model import Plan, save_plan
from include.verification import checks, run_checks
from include.verification.checks import Outcome, check_http, sql_text
from tests.builders.runs import run as lab_run


def client(seen: list[httpx.Request]) -> httpx.Client:
    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200 if request.url.path == "/" else 404, text="<h1>Shop</h1>")

    return httpx.Client(transport=httpx.MockTransport(answer))


def test_a_check_asks_the_load_balancer_under_the_front_door_s_name() -> None:
    seen: list[httpx.Request] = []
    outcome = check_http(client(seen), HttpCheck(path="/", contains="Shop"), "http://shop.lab", "198.18.20.1")
    assert outcome.is_equal
    assert (seen[0].url.host, seen[0].headers["Host"]) == ("198.18.20.1", "shop.lab")


@pytest.mark.parametrize(
    ("check", "found"),
    [
        (HttpCheck(path="/gone"), {"status": 404}),
        (HttpCheck(path="/", contains="Bakery"), {"status": 200, "contains": "<h1>Shop</h1>"}),
    ],
)
def test_an_unexpected_answer_is_shown(check: HttpCheck, found: dict[str, object]) -> None:
    outcome = check_http(client([]), check, "http://shop.lab", "198.18.20.1")
    assert (outcome.is_equal, outcome.found) == (False, found)


def test_no_answer_is_shown() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    outcome = check_http(
        httpx.Client(transport=httpx.MockTransport(refuse)),
        HttpCheck(path="/"),
        "http://shop.lab:8080",
        "198.18.20.1",
    )
    assert outcome.found == "no answer: ConnectError refused"


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (False, "false"), (None, "null"), (7, "7"), (b"x", "x"), ("y", "y")]
)
def test_sql_values_read_as_a_definition_writes_them(value: object, text: str) -> None:
    assert sql_text(value) == text


def test_every_check_is_recorded_and_all_failures_are_named_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = lab_run(tmp_path)
    save_plan(run.ledger, Plan(items=fixed_rows(run.definition)))

    def make(_: object, check: object, address: str) -> Outcome:
        return Outcome("GET", 200, 200 if check.name == "picture" else 500, check.name == "picture")

    monkeypatch.setattr(checks, "make_check", make)
    with pytest.raises(ProofError) as caught:
        run_checks(run, "198.18.20.1", patience_seconds=0)
    assert len(caught.value.problems) == 2
    assert {key: proof.equal for key, proof in run.ledger.proofs("verification").items()} == {
        "check/front page": False,
        "check/orders exist": False,
        "check/picture": True,
    }


def test_a_check_that_is_not_planned_is_an_error(tmp_path: Path) -> None:
    run = lab_run(tmp_path)
    save_plan(run.ledger, Plan(items=[]))
    with pytest.raises(LedgerError, match="plan again"):
        run_checks(run, "198.18.20.1")
