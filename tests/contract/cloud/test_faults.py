"""Faults on request, as the SDKs see them; and what the cloud still knows after it was started again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from huaweicloudsdkcce.v3 import ListClustersRequest
from huaweicloudsdkcore.exceptions.exceptions import (
    ClientRequestException,
    ConnectionException,
    ServerResponseException,
)
from huaweicloudsdkelb.v3 import ShowQuotaRequest

from . import clients
from .conftest import KEY, PROJECT, SECRET, SHOP, Server
from .models import Checked
from .test_elb import make, show
from .test_rds import order, wait_for

QUOTA = "elb.show_quota"


def test_a_throttled_call_is_an_error_without_the_gateways_code(
    server: Server, connect: Callable[..., Any]
) -> None:
    # the SDK's own retries, also none of them, take the answer: its code, request id and time to wait are lost
    server.fault(QUOTA, "throttled", calls=2, seconds=7)
    client = connect("elb")
    for _ in range(2):
        with pytest.raises(ClientRequestException) as caught:
            client.show_quota(ShowQuotaRequest())
        assert (caught.value.status_code, caught.value.error_code) == (429, "429")
    assert client.show_quota(ShowQuotaRequest()).status_code == 200


def test_the_time_to_wait_is_in_a_header(server: Server) -> None:
    from .test_gateway import send

    server.fault(QUOTA, "throttled", seconds=7)
    assert send(server, f"/v3/{PROJECT}/elb/quotas").headers["Retry-After"] == "7"


def test_a_broken_call_is_a_servers_error(server: Server, connect: Callable[..., Any]) -> None:
    server.fault(QUOTA, "broken")
    with pytest.raises(ServerResponseException) as caught:
        connect("elb").show_quota(ShowQuotaRequest())
    assert (caught.value.status_code, caught.value.error_code) == (500, "APIGW.0601")
    assert caught.value.request_id


def test_a_page_of_html_is_an_error_without_a_code(server: Server, connect: Callable[..., Any]) -> None:
    server.fault(QUOTA, "html")
    with pytest.raises(ServerResponseException) as caught:
        connect("elb").show_quota(ShowQuotaRequest())
    assert (caught.value.status_code, caught.value.error_code) == (502, "502")
    assert "<h1>502 Bad Gateway</h1>" in caught.value.error_msg


def test_a_page_of_html_is_no_error_of_the_sdk_where_cce_reads_it(
    server: Server, connect: Callable[..., Any]
) -> None:
    # CCE's client decodes every error as JSON: whoever calls it has to expect this
    server.fault("cce.list_clusters", "html")
    with pytest.raises(json.JSONDecodeError):
        connect("cce").list_clusters(ListClustersRequest())


def test_a_slow_call_is_answered_late(server: Server, connect: Callable[..., Any]) -> None:
    server.fault(QUOTA, "slow", seconds=1.5)
    client, began = connect("elb"), time.monotonic()
    assert client.show_quota(ShowQuotaRequest()).status_code == 200
    assert time.monotonic() - began > 1.4


def test_a_call_that_is_too_slow_is_given_up(server: Server, connect: Callable[..., Any]) -> None:
    server.fault(QUOTA, "slow", seconds=1.5)
    # the SDK has an exception for time-outs, and does not raise it here
    with pytest.raises(ConnectionException, match="Read timed out"):
        connect("elb", timeout=0.5).show_quota(ShowQuotaRequest())


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"operation": "elb.nothing", "kind": "slow"}, "there is no operation elb.nothing"),
        ({"operation": QUOTA, "kind": "odd"}, "a fault is one of throttled, broken"),
        ({"operation": QUOTA, "kind": "fails"}, "elb.show_quota is done at once"),
        ({"operation": QUOTA}, "kind"),
    ],
)
def test_what_is_no_fault_is_refused(server: Server, fault: dict[str, str], words: str) -> None:
    answer = httpx.post(f"{server.url}/_lab/faults", json=fault, trust_env=False)
    assert answer.status_code == 400
    assert words in answer.json()["error"]


def test_faults_that_wait_are_listed_and_forgotten(server: Server, elb: Checked) -> None:
    server.fault(QUOTA, "slow", calls=3, seconds=60)
    (waiting,) = httpx.get(f"{server.url}/_lab/faults", trust_env=False).json()
    assert waiting == {"operation": QUOTA, "kind": "slow", "calls": 3, "seconds": 60}
    httpx.delete(f"{server.url}/_lab/faults", trust_env=False)
    assert elb.show_quota(ShowQuotaRequest()).status_code == 200


def test_what_was_made_is_known_after_a_restart(
    start: Callable[[], Server], server: Server, elb: Checked, rds: Checked, tmp_path: Path
) -> None:
    server.put_forward(86400)
    made, ordered = make(elb, "orders"), order(rds, "orders")
    wait_for(rds, ordered, "ACTIVE")
    again = start()
    credentials = clients.regional(KEY, SECRET, PROJECT)
    second = Checked(clients.open_client("elb", again.url, credentials))
    assert show(second, made.id).name == "orders"
    assert show(second, SHOP).vip_address == "198.18.20.32"
    wait_for(Checked(clients.open_client("rds", again.url, credentials)), ordered, "ACTIVE")
    assert [file.name for file in tmp_path.iterdir()] == ["state.json"]
    assert (tmp_path / "state.json").stat().st_mode & 0o777 == 0o600
