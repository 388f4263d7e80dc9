"""A glance asks once, waits a short time, and takes nothing but a JSON object."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from include import errors
from include.clusters import Cluster
from tests.builders.connections import cluster_access

WEB = "/apis/apps/v1/namespaces/shop/deployments/web"


def cluster(handler: Callable[[httpx.Request], httpx.Response]) -> Cluster:
    return Cluster(cluster_access(), transport=httpx.MockTransport(handler))


def test_a_glance_is_one_try_that_waits_a_short_time() -> None:
    seen: list[dict[str, float]] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"])
        return httpx.Response(503, json={"message": "the metrics server is down"})

    with pytest.raises(errors.ClusterUnavailableError):
        cluster(handle).glance("/apis/metrics.k8s.io/v1beta1/nodes", 5.0)
    assert [timeout["read"] for timeout in seen] == [5.0]


def test_a_glance_returns_a_json_object_and_takes_nothing_else() -> None:
    assert cluster(lambda _request: httpx.Response(200, json={"items": []})).glance(WEB, 5.0) == {"items": []}
    for answer in (httpx.Response(200, json=[1]), httpx.Response(200, text="404 page not found")):
        with pytest.raises(errors.ClusterError, match="the answer is no JSON object"):
            cluster(lambda _request, answer=answer: answer).glance(WEB, 5.0)  # type: ignore[misc]


def test_a_glance_that_may_not_be_says_so() -> None:
    with pytest.raises(errors.ClusterForbiddenError, match=r"nodes n1, source cluster"):
        cluster(lambda _request: httpx.Response(403, json={})).glance(
            "/api/v1/nodes/n1/proxy/stats/summary", 5.0
        )
