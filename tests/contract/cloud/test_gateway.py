"""What the gateway refuses, as the SDKs see it: keys, signatures, dates, projects, paths."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from huaweicloudsdkcce.v3 import ListClustersRequest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkdns.v2 import ListPublicZonesRequest, ListRecordSetsRequest
from huaweicloudsdkelb.v3 import ListLoadBalancersRequest, ShowQuotaRequest
from huaweicloudsdkrds.v3 import ShowQuotasRequest
from huaweicloudsdkswr.v2 import ListNamespacesRequest, ShowNamespaceRequest

from lab.cloud.signatures import DATE_FORMAT, SentRequest, sign

from .conftest import DISABLED, KEY, PROJECT, SECRET, SHOP, Server

Connect = Callable[..., Any]
CALLS = {
    "cce": ("list_clusters", ListClustersRequest()),
    "swr": ("list_namespaces", ListNamespacesRequest()),
    "rds": ("show_quotas", ShowQuotasRequest()),
    "dns": ("list_public_zones", ListPublicZonesRequest()),
    "elb": ("show_quota", ShowQuotaRequest()),
}


def call(connect: Connect, service: str = "elb", **changed: Any) -> Any:
    method, request = CALLS[service]
    return getattr(connect(service, **changed), method)(request)


def refused(run: Callable[[], Any]) -> ClientRequestException:
    with pytest.raises(ClientRequestException) as caught:
        run()
    return caught.value


def send(server: Server, path: str, date: dt.datetime | None = None, **changed: str) -> httpx.Response:
    """Send a request that is signed by hand; `changed` are headers that were not so when it was signed."""
    now = date or dt.datetime.now(dt.UTC)
    headers = {"host": server.url.removeprefix("http://"), "x-sdk-date": now.strftime(DATE_FORMAT)}
    request = SentRequest("GET", path, "", headers, b"")
    headers |= {"authorization": sign(request, KEY, SECRET)} | changed
    return httpx.get(f"{server.url}{path}", headers=headers, trust_env=False)


@pytest.mark.parametrize("service", CALLS)
def test_a_wrong_secret_is_refused_by_every_service(connect: Connect, service: str) -> None:
    error = refused(lambda: call(connect, service, secret="another"))
    assert (error.status_code, error.error_code) == (401, "APIGW.0301")
    assert error.error_msg == "Incorrect IAM authentication information: verify aksk signature fail"
    assert error.request_id


@pytest.mark.parametrize("service", CALLS)
def test_an_unknown_key_is_refused_by_every_service(connect: Connect, service: str) -> None:
    error = refused(lambda: call(connect, service, key="NOBODYSKEY"))
    assert (error.status_code, error.error_code) == (401, "APIGW.0301")
    assert "Get secretKey failed,ak:NOBODYSKEY,err:ak not exist" in error.error_msg


def test_a_disabled_key_is_refused(connect: Connect) -> None:
    error = refused(lambda: call(connect, key=DISABLED))
    assert (error.status_code, error.error_code) == (401, "APIGW.0301")


@pytest.mark.parametrize("service", CALLS)
def test_another_project_is_refused_by_every_service(connect: Connect, service: str) -> None:
    error = refused(lambda: call(connect, service, project="0" * 32))
    assert (error.status_code, error.error_code) == (403, "APIGW.0310")


def test_a_project_in_the_path_must_be_that_of_the_key(server: Server) -> None:
    assert send(server, f"/v3/{PROJECT}/elb/quotas").status_code == 200
    assert send(server, f"/v3/{'0' * 32}/elb/quotas").status_code == 403


@pytest.mark.parametrize("minutes", [-14, 14])
def test_a_clock_that_is_a_little_wrong_is_borne(server: Server, minutes: int) -> None:
    then = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)
    assert send(server, f"/v3/{PROJECT}/elb/quotas", then).status_code == 200


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_clock_that_is_very_wrong_is_not(server: Server, minutes: int) -> None:
    then = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)
    answer = send(server, f"/v3/{PROJECT}/elb/quotas", then)
    assert (answer.status_code, answer.json()["error_code"]) == (401, "APIGW.0301")


def test_a_request_without_a_signature_is_refused(server: Server) -> None:
    answer = httpx.get(f"{server.url}/v3/{PROJECT}/elb/quotas", trust_env=False)
    assert answer.status_code == 401
    assert answer.json()["error_msg"].endswith("x-auth-token not found")
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize(
    "text", ["Bearer token", "SDK-HMAC-SHA256 Access=a", "AWS4-HMAC-SHA256 Credential=a"]
)
def test_another_kind_of_authorization_is_refused(server: Server, text: str) -> None:
    assert send(server, f"/v3/{PROJECT}/elb/quotas", authorization=text).status_code == 401


def test_a_query_that_was_not_signed_is_refused(server: Server) -> None:
    path = f"/v3/{PROJECT}/elb/quotas"
    now = dt.datetime.now(dt.UTC).strftime(DATE_FORMAT)
    headers = {"host": server.url.removeprefix("http://"), "x-sdk-date": now}
    headers["authorization"] = sign(SentRequest("GET", path, "", headers, b""), KEY, SECRET)
    assert httpx.get(f"{server.url}{path}?limit=1", headers=headers, trust_env=False).status_code == 401


def test_a_body_that_was_not_signed_is_refused(server: Server) -> None:
    now = dt.datetime.now(dt.UTC).strftime(DATE_FORMAT)
    headers = {"host": server.url.removeprefix("http://"), "x-sdk-date": now}
    request = SentRequest("POST", "/v2/manage/namespaces", "", headers, b'{"namespace": "mine"}')
    headers["authorization"] = sign(request, KEY, SECRET)
    url = f"{server.url}/v2/manage/namespaces"
    answer = httpx.post(url, headers=headers, content=b'{"namespace": "hers"}', trust_env=False)
    assert answer.status_code == 401


@pytest.mark.parametrize("body", [b"no JSON", b"[]", b'"text"', b"null", b'{"datastore": "pg", "spec": []}'])
@pytest.mark.parametrize(
    "path",
    [
        "/v2/manage/namespaces",
        f"/v3/{PROJECT}/instances",
        f"/v3/{PROJECT}/elb/loadbalancers",
        f"/api/v3/projects/{PROJECT}/clusters",
    ],
)
def test_a_body_of_another_shape_is_the_callers_error(server: Server, path: str, body: bytes) -> None:
    now = dt.datetime.now(dt.UTC).strftime(DATE_FORMAT)
    headers = {"host": server.url.removeprefix("http://"), "x-sdk-date": now}
    headers["authorization"] = sign(SentRequest("POST", path, "", headers, body), KEY, SECRET)
    answer = httpx.post(f"{server.url}{path}", headers=headers, content=body, trust_env=False)
    assert answer.status_code == 400


def test_a_key_is_locked_after_more_than_five_wrong_signatures_and_opens_in_five_minutes(
    connect: Connect, server: Server
) -> None:
    for _ in range(6):
        refused(lambda: call(connect, secret="another"))
    assert "AK access failed to reach the limit" in refused(lambda: call(connect)).error_msg
    server.put_forward(301)
    assert call(connect).status_code == 200


def test_wrong_signatures_that_are_not_in_a_row_lock_nothing(connect: Connect) -> None:
    for _ in range(8):
        refused(lambda: call(connect, secret="another"))
        call(connect)


def test_what_no_service_has_is_not_found(connect: Connect, server: Server) -> None:
    answer = send(server, f"/v3/{PROJECT}/nothing")
    assert (answer.status_code, answer.json()["error_code"]) == (404, "APIGW.0101")
    assert httpx.put(f"{server.url}/v2/zones", trust_env=False).status_code == 404


def test_every_answer_has_a_request_id_of_its_own(server: Server) -> None:
    answers = [send(server, f"/v3/{PROJECT}/elb/quotas") for _ in range(2)]
    ids = [answer.headers["X-Request-Id"] for answer in answers]
    assert len(set(ids)) == 2
    assert [answer.json()["request_id"] for answer in answers] == ids


@pytest.mark.parametrize("name", ["a b", "a+b", "a~b", "a%2Fb", "a/b", "ä", "a=b&c"])
def test_names_that_have_to_be_quoted_are_signed_as_the_sdk_signs_them(connect: Connect, name: str) -> None:
    dns, swr = connect("dns"), connect("swr")
    assert dns.list_record_sets(ListRecordSetsRequest(name=name)).status_code == 200
    error = refused(lambda: swr.show_namespace(ShowNamespaceRequest(namespace=name)))
    assert error.status_code == 404


def test_a_filter_that_is_repeated_is_signed_as_the_sdk_signs_it(connect: Connect) -> None:
    request = ListLoadBalancersRequest(id=["z", SHOP, "a"], guaranteed=False, name=["shop"])
    assert [one.id for one in connect("elb").list_load_balancers(request).loadbalancers] == [SHOP]


def test_the_administration_is_for_this_machine_only(server: Server) -> None:
    assert httpx.get(f"{server.url}/_lab/operations", trust_env=False).status_code == 200
    headers = {"X-Forwarded-For": f"192.0.2.{uuid.uuid4().int % 250}"}
    assert httpx.get(f"{server.url}/_lab/faults", headers=headers, trust_env=False).json() == []
