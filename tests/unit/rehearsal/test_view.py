"""The target as a rehearsal sees it: its own namespaces in the place of the source's."""

from __future__ import annotations

from typing import Any

import pytest

from include.rehearsal.view import NamespaceView

VIEW = NamespaceView({"shop": "shop-rehearsal"})


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("/api/v1/namespaces/shop", "/api/v1/namespaces/shop-rehearsal"),
        ("/api/v1/namespaces/shop/pods/web", "/api/v1/namespaces/shop-rehearsal/pods/web"),
        ("/apis/apps/v1/namespaces/shop/deployments", "/apis/apps/v1/namespaces/shop-rehearsal/deployments"),
        ("/api/v1/namespaces/velero/secrets/shop", "/api/v1/namespaces/velero/secrets/shop"),
        ("/api/v1/nodes", "/api/v1/nodes"),
        ("/api/v1/namespaces", "/api/v1/namespaces"),
        ("/api/v1/namespaces/shopping/pods", "/api/v1/namespaces/shopping/pods"),
    ],
)
def test_a_path_names_the_disposable_namespace(asked: str, sent: str) -> None:
    assert VIEW.path(asked) == sent


def obj(kind: str = "ConfigMap", **metadata: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": "a", **metadata}}


def test_a_body_is_sent_into_the_disposable_namespace() -> None:
    body = obj(namespace="shop")
    assert VIEW.sent(body)["metadata"] == {"name": "a", "namespace": "shop-rehearsal"}
    assert body["metadata"]["namespace"] == "shop"


def test_a_namespace_is_sent_under_its_disposable_name() -> None:
    assert VIEW.sent(obj("Namespace", name="shop"))["metadata"]["name"] == "shop-rehearsal"


@pytest.mark.parametrize("body", [None, [], [{"op": "add"}], {"data": {}}, {"metadata": {"labels": {}}}])
def test_what_names_no_namespace_is_sent_as_it_is(body: Any) -> None:
    assert VIEW.sent(body) == body


def test_an_answer_is_seen_in_the_namespace_of_the_source() -> None:
    assert VIEW.seen(obj(namespace="shop-rehearsal"))["metadata"]["namespace"] == "shop"


def test_a_disposable_namespace_is_seen_with_its_label_as_the_source_s() -> None:
    labels = {"kubernetes.io/metadata.name": "shop-rehearsal", "team": "a"}
    seen = VIEW.seen(obj("Namespace", name="shop-rehearsal", labels=labels))["metadata"]
    assert seen == {"name": "shop", "labels": {"kubernetes.io/metadata.name": "shop", "team": "a"}}


def test_the_real_namespace_is_not_seen_among_namespaces() -> None:
    names = ["shop", "shop-rehearsal", "other"]
    listed = {"kind": "NamespaceList", "items": [{"metadata": {"name": name}} for name in names]}
    assert [one["metadata"]["name"] for one in VIEW.seen(listed)["items"]] == ["shop", "other"]


def test_what_lies_in_the_real_namespace_is_never_taken_for_the_rehearsal_s() -> None:
    pods = [{"metadata": {"name": "web", "namespace": name}} for name in ("shop", "shop-rehearsal")]
    seen = VIEW.seen({"kind": "PodList", "items": pods})["items"]
    assert [one["metadata"]["namespace"] for one in seen] == ["shop (real)", "shop"]
