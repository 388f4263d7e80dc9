"""A cluster is read page by page, written by server-side apply, and its errors say what to do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import stamina

from include import errors
from include.clusters import Cluster
from tests.builders.connections import cluster_access

WEB = "/apis/apps/v1/namespaces/shop/deployments/web"
Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(autouse=True)
def _fast_retries() -> Iterator[None]:
    with stamina.set_testing(testing=True, attempts=3):
        yield


def cluster(handler: Handler) -> Cluster:
    return Cluster(cluster_access(), transport=httpx.MockTransport(handler))


def answering(status: int, body: Any = None, **options: Any) -> Handler:
    return lambda _request: httpx.Response(status, json=body if body is not None else {}, **options)


def discovery(request: httpx.Request) -> httpx.Response | None:
    """Answer discovery like a server of 1.26 and later."""
    answers = {
        "/api": [
            ("", "v1", [("configmaps", "ConfigMap", "Namespaced"), ("namespaces", "Namespace", "Cluster")])
        ],
        "/apis": [("apps", "v1", [("deployments", "Deployment", "Namespaced")])],
    }
    if request.url.path not in answers:
        return None
    items = [
        {
            "metadata": {"name": group},
            "versions": [
                {
                    "version": version,
                    "resources": [
                        {
                            "resource": plural,
                            "responseKind": {"kind": kind},
                            "scope": scope,
                            "verbs": ["list"],
                        }
                        for plural, kind, scope in resources
                    ],
                }
            ],
        }
        for group, version, resources in answers[request.url.path]
    ]
    return httpx.Response(200, json={"kind": "APIGroupDiscoveryList", "items": items})


def test_a_list_is_read_page_by_page_with_kind_and_api_version() -> None:
    seen: list[dict[str, str]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(dict(request.url.params))
        is_last = "continue" in request.url.params
        names = ["c"] if is_last else ["a", "b"]
        return httpx.Response(
            200,
            json={
                "apiVersion": "apps/v1",
                "kind": "DeploymentList",
                "metadata": {} if is_last else {"continue": "token"},
                "items": [{"metadata": {"name": name, "uid": name}} for name in names],
            },
        )

    items = list(cluster(handler).list("/apis/apps/v1/deployments", labelSelector="app=web"))

    assert [item["metadata"]["name"] for item in items] == ["a", "b", "c"]
    assert {(item["apiVersion"], item["kind"]) for item in items} == {("apps/v1", "Deployment")}
    assert seen == [
        {"limit": "500", "labelSelector": "app=web"},
        {"limit": "500", "labelSelector": "app=web", "continue": "token"},
    ]


def test_a_list_whose_token_grew_too_old_starts_again_without_doubles() -> None:
    answers = iter([
        {"metadata": {"continue": "old"}, "items": [{"metadata": {"uid": "a"}}]},
        None,
        {"metadata": {}, "items": [{"metadata": {"uid": "a"}}, {"metadata": {"uid": "b"}}]},
    ])

    def handler(_request: httpx.Request) -> httpx.Response:
        page = next(answers)
        return (
            httpx.Response(410, json={"reason": "Expired"})
            if page is None
            else httpx.Response(200, json=page)
        )

    assert [item["metadata"]["uid"] for item in cluster(handler).list("/api/v1/pods")] == ["a", "b"]


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [
        (400, "BadRequest", errors.ObjectInvalidError),
        (401, "Unauthorized", errors.ClusterLoginError),
        (403, "Forbidden", errors.ClusterForbiddenError),
        (404, "NotFound", errors.ObjectNotFoundError),
        (409, "Conflict", errors.ObjectConflictError),
        (409, "AlreadyExists", errors.ObjectExistsError),
        (422, "Invalid", errors.ObjectInvalidError),
        (418, "Odd", errors.ClusterError),
        (429, "TooManyRequests", errors.ClusterUnavailableError),
        (503, "ServiceUnavailable", errors.ClusterUnavailableError),
    ],
)
def test_an_answer_becomes_the_error_that_fits(
    status: int, reason: str, kind: type[errors.MigrationError]
) -> None:
    with pytest.raises(kind) as caught:
        cluster(answering(status, {"reason": reason, "message": "so it is"})).get(WEB)

    assert type(caught.value) is kind
    assert str(caught.value).startswith("deployments.apps shop/web, source cluster: the API answered")
    assert "so it is; " in str(caught.value)


def test_a_long_foreign_body_is_cut() -> None:
    with pytest.raises(errors.ClusterUnavailableError) as caught:
        cluster(lambda _request: httpx.Response(502, text="<html>" * 1000)).get(WEB)

    assert len(str(caught.value)) < 700


def test_a_field_the_schema_does_not_know_is_invalid_at_once() -> None:
    calls: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        calls.append(request.method)
        message = "failed to create typed patch object (shop/x): .dataa: field not declared in schema"
        return httpx.Response(500, json={"message": message})

    with pytest.raises(errors.ObjectInvalidError, match="field not declared in schema"):
        cluster(handler).get(WEB)

    assert len(calls) == 1


def test_a_refused_secret_is_never_quoted() -> None:
    body = {
        "reason": "Invalid",
        "message": 'Secret "keys" is invalid: data: Invalid value: "czNjcmV0LXZhbHVl"',
        "details": {"causes": [{"field": "data[.x]", "message": "czNjcmV0LXZhbHVl"}]},
    }

    with pytest.raises(errors.ObjectInvalidError) as caught:
        cluster(answering(422, body)).get("/api/v1/namespaces/shop/secrets/keys")

    assert "czNj" not in str(caught.value)
    assert "secrets shop/keys" in str(caught.value)
    assert "fields: data[.x]" in str(caught.value)


def test_no_connection_names_the_server_and_is_temporary() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused", request=request)

    with pytest.raises(errors.TemporaryError, match=r"source cluster: no answer from https://api\.test:6443"):
        cluster(handler).get(WEB)


def test_a_read_is_repeated_after_busy_answers_and_broken_connections() -> None:
    steps = iter([
        httpx.Response(503),
        httpx.ReadError("reset"),
        httpx.Response(200, json={"kind": "Deployment"}),
    ])

    def handler(_request: httpx.Request) -> httpx.Response:
        step = next(steps)
        if isinstance(step, Exception):
            raise step
        return step

    assert cluster(handler).get(WEB) == {"kind": "Deployment"}


def test_a_create_that_may_have_happened_is_not_repeated() -> None:
    calls: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        calls.append(request.method)
        raise httpx.ReadTimeout("slow", request=request)

    with pytest.raises(errors.TemporaryError):
        cluster(handler).post("/api/v1/namespaces", {"metadata": {"name": "shop"}})

    assert calls == ["POST"]


def test_apply_sends_a_forced_server_side_apply_to_the_discovered_path() -> None:
    sent: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return discovery(request) or httpx.Response(200, json={"kind": "Deployment"})

    manifest = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop", "managedFields": [{}]},
    }
    cluster(handler).apply(manifest, dry_run=True)

    request = sent[-1]
    assert (request.method, request.url.path) == ("PATCH", WEB)
    assert dict(request.url.params) == {"fieldManager": "cce-migration", "force": "true", "dryRun": "All"}
    assert request.headers["Content-Type"] == "application/apply-patch+yaml"
    assert "managedFields" not in json.loads(request.content)["metadata"]


def test_create_goes_to_the_collection_and_names_the_object_in_errors() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert request.method == "GET" or request.url.path == "/api/v1/namespaces/shop/configmaps"
        return discovery(request) or httpx.Response(
            409, json={"reason": "AlreadyExists", "message": "exists"}
        )

    manifest = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "settings", "namespace": "shop"},
    }

    with pytest.raises(errors.ObjectExistsError, match=r"configmaps shop/settings, source cluster"):
        cluster(handler).create(manifest)


def test_a_cluster_wide_object_has_no_namespace_in_its_path() -> None:
    here = cluster(lambda request: discovery(request) or httpx.Response(500))

    path = here.path_of({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "shop", "namespace": "x"},
    })

    assert path == "/api/v1/namespaces/shop"


def test_a_kind_the_cluster_does_not_serve_is_asked_for_twice_and_named() -> None:
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return discovery(request) or httpx.Response(500)

    with pytest.raises(errors.ObjectNotFoundError, match=r"Widget of example\.com/v1, source cluster"):
        cluster(handler).resource("example.com/v1", "Widget")

    assert asked == ["/api", "/apis", "/api", "/apis"]


def test_deleting_what_is_gone_is_no_error_unless_asked() -> None:
    gone = cluster(answering(404, {"reason": "NotFound"}))

    assert gone.delete(WEB) is False
    with pytest.raises(errors.ObjectNotFoundError):
        gone.delete(WEB, missing_ok=False)


def test_patches_carry_their_own_content_type() -> None:
    types: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        types.append(request.headers["Content-Type"])
        return httpx.Response(200, json={})

    here = cluster(handler)
    here.patch(WEB, {"spec": {}})
    here.patch(WEB, {"spec": {}}, kind="strategic")
    here.patch(WEB, [{"op": "remove", "path": "/spec"}], kind="json")

    assert types == [
        "application/merge-patch+json",
        "application/strategic-merge-patch+json",
        "application/json-patch+json",
    ]


def test_waiting_ends_when_the_predicate_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    replicas = iter([0, 1, 2])
    here = cluster(lambda _request: httpx.Response(200, json={"status": {"readyReplicas": next(replicas)}}))

    seen = here.wait_for(
        WEB, lambda one: bool(one and one["status"]["readyReplicas"] == 2), 60, "web has 2 pods"
    )

    assert seen == {"status": {"readyReplicas": 2}}


def test_waiting_in_vain_tells_the_condition_and_what_was_seen_last() -> None:
    here = cluster(answering(200, {"status": {"readyReplicas": 1}}))

    with pytest.raises(errors.WaitTimeoutError) as caught:
        here.wait_for(WEB, lambda _one: False, 0, "deployment shop/web has 2 ready pods")

    assert str(caught.value).startswith(
        "deployment shop/web has 2 ready pods, source cluster: not so after 0 s; "
        'last seen: {"readyReplicas": 1}'
    )


def test_logs_are_text() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert dict(request.url.params) == {"tailLines": "5"}
        return httpx.Response(200, text="line\n")

    assert cluster(handler).logs("shop", "web-1", tail=5) == "line\n"


def test_the_token_goes_with_every_request_and_into_no_text() -> None:
    here = cluster(lambda request: httpx.Response(200, json={"got": request.headers["Authorization"]}))

    assert here.get("/version") == {"got": "Bearer a-token-of-the-tests"}
    assert "a-token" not in repr(here)


@pytest.mark.parametrize(
    "metadata", [{"continue": "next", "remainingItemCount": 41}, {"continue": "next"}], ids=["told", "read"]
)
def test_a_collection_is_counted_without_being_read_where_the_api_tells(metadata: dict[str, Any]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.params.get("limit") == "1":
            return httpx.Response(200, json={"metadata": metadata, "items": [{"metadata": {"uid": "0"}}]})
        assert "remainingItemCount" not in metadata
        items = [{"metadata": {"uid": str(number)}} for number in range(42)]
        return httpx.Response(200, json={"metadata": {}, "items": items})

    assert cluster(answer).count("/api/v1/events") == 42


@pytest.mark.parametrize(
    ("message", "remedy"),
    [
        (
            'pods "a" is forbidden: exceeded quota: q, requested: pods=1',
            "raise the namespace's ResourceQuota",
        ),
        (
            'pods "a" is forbidden: violates PodSecurity "restricted:latest"',
            "pod-security.kubernetes.io/enforce",
        ),
        ('admission webhook "guard" denied the request: no', "ask whoever runs the webhook"),
        (
            "unable to create new content in namespace shop because it is being terminated",
            "until the namespace is gone",
        ),
        ('deployments.apps "web" is forbidden: User "m" cannot get resource', "grant the kubeconfig's user"),
    ],
)
def test_a_refusal_names_the_remedy_for_its_reason(message: str, remedy: str) -> None:
    status = {"kind": "Status", "reason": "Forbidden", "message": message}

    with pytest.raises(errors.ClusterForbiddenError, match=remedy):
        cluster(lambda _: httpx.Response(403, json=status)).get(WEB)
