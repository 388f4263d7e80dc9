"""What each sort of check asks, and what it makes of the answer, against real servers."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from include.definition import HttpCheck, TcpCheck
from include.verification.checks.http import HttpProbe
from include.verification.checks.probe import AS_SOURCE, NoAnswerError, compact, is_same
from include.verification.checks.sql import sql_text
from include.verification.checks.tcp import TcpProbe
from tests.builders.runs import run as lab_run
from tests.unit.verification.checks.servers import Shop, free_port, greeting, serving

PRICE = {"path": "$.price", "same_as_source": True}


@pytest.fixture
def shop() -> Generator[Shop]:
    with serving(Shop()) as shop:
        yield shop


def asked(shop: Shop, **fields: Any) -> tuple[HttpProbe, Any]:
    probe = HttpProbe(
        HttpCheck.model_validate(fields), "http://shop.lab/ignored", {"target": shop.address, "source": "-"}
    )
    try:
        return probe, probe.ask("target")
    finally:
        probe.close()


def test_a_request_goes_to_the_load_balancer_under_the_front_door_s_name(shop: Shop) -> None:
    asked(shop, path="/", headers={"Accept": "text/html"})
    method, path, headers, _ = shop.requests[0]
    assert (method, path, headers["Host"], headers["Accept"]) == ("GET", "/", "shop.lab", "text/html")


def test_a_method_and_a_body_are_sent(shop: Shop) -> None:
    probe, _ = asked(shop, path="/products/1", method="POST", body='{"sequence": 1}')
    assert (shop.requests[0][0], shop.requests[0][3]) == ("POST", '{"sequence": 1}')
    assert probe.sides == frozenset()


@pytest.mark.parametrize(
    ("fields", "found", "is_expected"),
    [
        pytest.param({"path": "/"}, {"status": 200}, True, id="a status"),
        pytest.param({"path": "/gone"}, {"status": 404}, False, id="another status"),
        pytest.param({"path": "/gone", "status": 404}, {"status": 404}, True, id="an error that is expected"),
        pytest.param(
            {"path": "/", "contains": "Shop"}, {"status": 200, "contains": "Shop"}, True, id="a text"
        ),
        pytest.param(
            {"path": "/", "contains": "Bakery"},
            {"status": 200, "contains": "<h1>Shop</h1>"},
            False,
            id="another text",
        ),
        pytest.param(
            {"path": "/products/1", "json": [{"path": "$.id", "equals": 1}]},
            {"status": 200, "$.id": 1},
            True,
            id="a value",
        ),
        pytest.param(
            {"path": "/products/1", "json": [{"path": "$.id", "equals": True}]},
            {"status": 200, "$.id": 1},
            False,
            id="true is not 1",
        ),
        pytest.param(
            {"path": "/products/1", "json": [{"path": "$.name", "equals": "Mug"}]},
            {"status": 200, "$.name": "nothing there"},
            False,
            id="a value that is missing",
        ),
        pytest.param(
            {"path": "/", "json": [{"path": "$.id", "equals": 1}]},
            {"status": 200, "$.id": "the body is no JSON"},
            False,
            id="no JSON",
        ),
    ],
)
def test_an_answer_is_compared_with_what_is_expected(
    shop: Shop, fields: dict[str, Any], found: Any, is_expected: bool
) -> None:
    probe, seen = asked(shop, **fields)
    assert seen == found
    assert is_same(seen, probe.expected(None)) is is_expected


def test_a_value_can_be_expected_as_the_source_has_it(shop: Shop) -> None:
    probe, seen = asked(shop, path="/products/1", json=[PRICE])
    assert is_same(seen, probe.expected({"status": 200, "$.price": "9.90"}))
    assert not is_same(seen, probe.expected({"status": 200, "$.price": "9.95"}))
    assert probe.expected(None)["$.price"] == AS_SOURCE


def test_several_values_make_a_list(shop: Shop) -> None:
    _, seen = asked(shop, path="/products/1", json=[{"path": "$.tags[*]", "same_as_source": True}])
    assert seen["$.tags[*]"] == ["a", "b"]


def test_long_values_are_told_by_their_hash() -> None:
    assert compact("x" * 200) == "x" * 200
    assert compact("x" * 201).startswith("sha256:")
    assert compact(["x" * 150, "y" * 150]) == compact(["x" * 150, "y" * 150])
    assert compact("x" * 300) != compact("y" * 300)


def test_a_server_that_is_away_gives_no_answer() -> None:
    probe = HttpProbe(HttpCheck(path="/"), "http://shop.lab", {"target": f"127.0.0.1:{free_port()}"})
    with pytest.raises(NoAnswerError, match="ConnectError"):
        probe.ask("target")
    probe.close()


def test_a_server_that_is_too_slow_gives_no_answer(shop: Shop) -> None:
    shop.seconds = 1.0
    with pytest.raises(NoAnswerError, match="ReadTimeout"):
        asked(shop, path="/", timeout_seconds=0.1)


@pytest.mark.parametrize(
    ("greets", "found"),
    [
        (None, {"connects": True}),
        ("220", {"connects": True, "greets": "220"}),
        ("SSH", {"connects": True, "greets": "220 mail.shop.lab ready"}),
    ],
)
def test_a_port_is_connected_to_and_its_greeting_read(
    tmp_path: Any, greets: str | None, found: dict[str, Any]
) -> None:
    with greeting(b"220 mail.shop.lab ready\r\n") as port:
        probe = TcpProbe(lab_run(tmp_path), TcpCheck(host="127.0.0.1", port=port, greets=greets))
        assert probe.ask("target") == found
    assert is_same(found, probe.expected(None)) is (greets != "SSH")


def test_a_closed_port_gives_no_answer(tmp_path: Any) -> None:
    probe = TcpProbe(lab_run(tmp_path), TcpCheck(host="127.0.0.1", port=free_port()))
    with pytest.raises(NoAnswerError, match="ConnectionRefusedError"):
        probe.ask("target")


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (False, "false"), (None, "null"), (7, "7"), (b"x", "x"), ("y", "y")]
)
def test_sql_values_read_as_a_definition_writes_them(value: object, text: str) -> None:
    assert sql_text(value) == text
