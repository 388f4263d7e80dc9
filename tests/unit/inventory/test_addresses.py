from __future__ import annotations

import base64
import json

import pytest

from include.inventory.endpoints import find_endpoints
from include.inventory.moved_addresses import Move, moves_of, rewrite
from include.inventory.secrecy import hide_secret, keyed_hash
from tests.builders.definitions import definition
from tests.builders.objects import make

KEY = b"a key of the tests"

MOVES = moves_of(definition())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "postgres://u@pg.source.lab:5432/shop", "postgres://u@pg.rds.lab:5432/shop", id="in a URL"
        ),
        pytest.param("pg.source.lab", "pg.rds.lab", id="the host alone"),
        pytest.param("http://s3.source.lab/pictures", "http://obs.eu-de.lab/pictures", id="a bucket's URL"),
        pytest.param("s3.source.lab", "obs.eu-de.lab", id="a bucket's host"),
        pytest.param("PG.Source.lab:5432", "pg.rds.lab:5432", id="in other case"),
        pytest.param(
            "pg.source.lab:5432,mariadb.source.lab:3306",
            "pg.rds.lab:5432,mariadb.rds.lab:3306",
            id="two at once",
        ),
        pytest.param("xpg.source.lab:5432", "xpg.source.lab:5432", id="unchanged: the end of another name"),
        pytest.param(
            "pg.source.lab.example", "pg.source.lab.example", id="unchanged: the start of another name"
        ),
        pytest.param("nothing to see", "nothing to see", id="unchanged: no address"),
    ],
)
def test_rewrites_moved_addresses(text: str, expected: str) -> None:
    assert rewrite(text, MOVES)[0] == expected


def test_tells_whose_addresses_were_rewritten() -> None:
    assert rewrite("pg.source.lab:5432 http://s3.source.lab", MOVES)[1] == ("shop-orders", "product-pictures")


def test_a_result_is_never_rewritten_again() -> None:
    swap = (Move("a", "one.lab", "two.lab"), Move("b", "two.lab", "one.lab"))
    assert rewrite("one.lab two.lab", swap)[0] == "two.lab one.lab"


def test_the_host_alone_stays_when_the_port_changes() -> None:
    def change(document: dict) -> None:
        document["databases"][0]["address"]["target"] = "pg.rds.lab:6000"

    moves = moves_of(definition(change))
    assert rewrite("pg.source.lab", moves)[0] == "pg.source.lab"
    assert rewrite("pg.source.lab:5432", moves)[0] == "pg.rds.lab:6000"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jdbc:mysql://db.example.com:3306/x?user=y", ["db.example.com:3306"]),
        ("host=db.example.com port=5432", ["db.example.com"]),
        ("amqp://user:pw@mq.example.com", ["mq.example.com"]),
        ("10.0.0.12:6379", ["10.0.0.12:6379"]),
        ("release 1.2.3 of 10:30", []),
        ("2026-11-24T10:00:00", []),
    ],
)
def test_recognizes_addresses(text: str, expected: list[str]) -> None:
    assert find_endpoints(text) == expected


def secret(value: str) -> dict:
    coded = base64.b64encode(value.encode()).decode()
    applied = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps({"data": {"url": coded}})}
    return make("v1", "Secret", "db", metadata={"annotations": applied}, data={"url": coded})


def test_no_value_of_a_secret_is_kept_in_any_form() -> None:
    hidden = json.dumps(hide_secret(secret("correct horse battery"), MOVES, KEY))
    assert "correct horse battery" not in hidden
    assert base64.b64encode(b"correct horse battery").decode() not in hidden
    assert keyed_hash(KEY, b"correct horse battery") in hidden


def test_a_secret_with_a_moved_address_carries_the_hash_of_the_adapted_value() -> None:
    hidden = hide_secret(secret("postgres://u:p@pg.source.lab:5432/shop"), MOVES, KEY)
    assert hidden["data"]["url"]["addresses"] == ["shop-orders"]
    assert hidden["data"]["url"]["adapted_sha256"] == keyed_hash(KEY, b"postgres://u:p@pg.rds.lab:5432/shop")


def test_hiding_leaves_the_given_secret_as_it_is() -> None:
    given = secret("abc")
    hide_secret(given, MOVES, KEY)
    assert given == secret("abc")
