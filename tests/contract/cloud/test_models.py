"""The measure itself: an answer that does not fit the SDK's model is found out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from huaweicloudsdkcce.v3 import CreateClusterRequest
from huaweicloudsdkswr.v2 import ListNamespacesResponse, ListRepositoryTagsResponse

from .models import problems_of, problems_of_request, required

NAMESPACE = {"id": 1, "name": "shop", "creator_name": "me", "auth": 7}


def response(kind: Any, body: Any) -> Any:
    made = kind()
    made.raw_content = json.dumps(body).encode()
    return made


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({}, None),
        ({"auth": None}, None),
        ({"colour": "red"}, "namespaces[0].colour is unknown"),
        ({"id": "1"}, "namespaces[0].id is '1' and no int"),
        ({"name": True}, "namespaces[0].name is True and no str"),
        ({"auth": True}, "namespaces[0].auth is True and no int"),
    ],
)
def test_fields_are_known_and_of_their_type(changed: dict[str, Any], problem: str | None) -> None:
    found = problems_of(response(ListNamespacesResponse, {"namespaces": [NAMESPACE | changed]}))
    assert found == ([f"ListNamespacesResponse.{problem}"] if problem else [])


@pytest.mark.parametrize("name", NAMESPACE)
def test_a_field_that_the_model_needs_is_missed(name: str) -> None:
    body = {"namespaces": [{key: value for key, value in NAMESPACE.items() if key != name}]}
    found = problems_of(response(ListNamespacesResponse, body))
    assert found == [f"ListNamespacesResponse.namespaces[0].{name} is missing"]


def test_a_list_is_measured_by_what_is_in_it() -> None:
    from huaweicloudsdkswr.v2 import ShowReposTagResp

    found = problems_of(response(ListRepositoryTagsResponse, [{}]))
    assert len(found) == len(required(ShowReposTagResp)) == 17
    assert "body[0].Tag is missing" in found


def test_a_request_of_plain_data_is_measured_like_an_answer() -> None:
    spec = {"flavour": "cce.s2.small", "hostNetwork": {"vpc": 3}}
    body = {"kind": "Cluster", "apiVersion": "v3", "metadata": {"name": "shop"}, "spec": spec}
    assert problems_of_request(CreateClusterRequest(body=body)) == [
        "CreateClusterRequest.spec.containerNetwork is missing",
        "CreateClusterRequest.spec.flavour is unknown",
        "CreateClusterRequest.spec.hostNetwork.subnet is missing",
        "CreateClusterRequest.spec.hostNetwork.vpc is 3 and no str",
    ]
