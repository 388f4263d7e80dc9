from __future__ import annotations

import datetime as dt

import httpx

from lab.cloud.signatures import SentRequest, read_authorization, verify
from lab.cloud.signing import Signed


def test_a_request_is_signed_with_its_query_and_its_body() -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200)

    client = httpx.Client(auth=Signed("AK", "SK", "a-project"), transport=httpx.MockTransport(answer))
    client.post("http://cloud/v3/a/elb", params={"name": "a shop"}, json={"name": "shop"})
    (request,) = sent
    assert request.headers["x-project-id"] == "a-project"
    seen = SentRequest(
        request.method, request.url.path, request.url.query.decode(), request.headers, request.content
    )
    verify(seen, read_authorization(request.headers["authorization"]), "SK", dt.datetime.now(dt.UTC))
