"""SWR's organizations, repositories and tags, asked by the SDK; the tags are those of a real registry."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkswr.v2 import (
    CreateAuthorizationTokenRequest,
    CreateNamespaceRequest,
    CreateNamespaceRequestBody,
    CreateRepoRequest,
    CreateRepoRequestBody,
    CreateSecretRequest,
    DeleteNamespacesRequest,
    DeleteRepoRequest,
    ListNamespacesRequest,
    ListQuotasRequest,
    ListReposDetailsRequest,
    ListRepositoryTagsRequest,
    ShowNamespaceRequest,
    ShowRepositoryRequest,
)

from lab.cloud.assembly import Backends
from tests.contract.registry_client import DOCKER_LIST, SCHEMA2, Pusher

from . import servers
from .models import Checked


@pytest.fixture
def space() -> str:
    return f"team-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def pushed(space: str, behind: Backends) -> Generator[dict[str, Any]]:
    """Push an image and an index of it as `<space>/shop/web`; return the image's descriptor."""
    url = str(behind.registry._client.base_url)
    with httpx.Client(base_url=url, auth=("lab", servers.PASSWORD), trust_env=False) as client:
        pusher = Pusher(client, f"{space}/shop/web")
        image = pusher.image(SCHEMA2)
        document = client.get(
            f"/v2/{space}/shop/web/manifests/{image['digest']}", headers={"Accept": SCHEMA2}
        )
        for tag, kind, text in (
            ("v1", SCHEMA2, document.content),
            ("all", DOCKER_LIST, json.dumps(pusher.index(DOCKER_LIST, image)).encode()),
        ):
            answer = client.put(
                f"/v2/{space}/shop/web/manifests/{tag}", content=text, headers={"Content-Type": kind}
            )
            assert answer.status_code == 201, answer.text
        yield image


def make(swr: Checked, name: str) -> Any:
    return swr.create_namespace(CreateNamespaceRequest(body=CreateNamespaceRequestBody(namespace=name)))


def make_repository(swr: Checked, space: str, name: str) -> Any:
    body = CreateRepoRequestBody(
        repository=name, is_public=False, category="app_server", description="a shop"
    )
    return swr.create_repo(CreateRepoRequest(namespace=space, body=body))


def refused(run: Callable[[], Any]) -> tuple[int, str]:
    with pytest.raises(ClientRequestException) as caught:
        run()
    return caught.value.status_code, caught.value.error_msg


def test_an_organization_is_made_listed_shown_and_removed(swr: Checked, space: str) -> None:
    assert make(swr, space).status_code == 201
    (found,) = swr.list_namespaces(ListNamespacesRequest(namespace=space)).namespaces
    assert found.name == space
    assert swr.show_namespace(ShowNamespaceRequest(namespace=space)).name == space
    swr.delete_namespaces(DeleteNamespacesRequest(namespace=space))
    assert swr.list_namespaces(ListNamespacesRequest(namespace=space)).namespaces == []


def test_an_organization_that_exists_cannot_be_made_again(swr: Checked, space: str) -> None:
    make(swr, space)
    status, message = refused(lambda: make(swr, space))
    assert status == 409
    # the body is a list, and the SDK reads no code out of one
    assert json.loads(message)[0]["errorCode"] == "SVCSTG.SWR.4090060"


def test_of_many_who_make_an_organization_at_once_one_does(connect: Callable[..., Any], space: str) -> None:
    request = CreateNamespaceRequest(body=CreateNamespaceRequestBody(namespace=space))

    def status(client: Any) -> int:
        try:
            return int(client.create_namespace(request).status_code)
        except ClientRequestException as error:
            return int(error.status_code)

    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(status, [connect("swr") for _ in range(6)]))
    assert sorted(statuses) == [201] + [409] * 5


@pytest.mark.parametrize("name", ["Team", "1team", "team-", "te--am", "te.-am", "te___am", "", "t" * 65])
def test_a_name_that_swr_does_not_take_is_refused(swr: Checked, name: str) -> None:
    status, message = refused(lambda: make(swr, name))
    assert (status, "4001028" in message) == (400, True)


@pytest.mark.parametrize("name", ["t", "team.a_b-c__d", "t" * 64])
def test_a_name_that_swr_takes_is_taken(swr: Checked, name: str) -> None:
    assert make(swr, name).status_code == 201


def test_no_more_organizations_are_made_than_the_quota_says(swr: Checked, space: str) -> None:
    (quota,) = swr.list_quotas(ListQuotasRequest()).quotas
    for number in range(quota.quota_limit - quota.used):
        make(swr, f"{space}-{number}")
    status, message = refused(lambda: make(swr, space))
    assert (status, "4000097" in message) == (400, True)


def test_a_repository_is_made_shown_with_a_dollar_for_a_slash_and_removed(swr: Checked, space: str) -> None:
    make(swr, space)
    make_repository(swr, space, "shop/api")
    shown = swr.show_repository(ShowRepositoryRequest(namespace=space, repository="shop$api"))
    assert (shown.name, shown.category, shown.num_images) == ("shop/api", "app_server", 0)
    assert refused(lambda: make_repository(swr, space, "shop/api"))[0] == 409
    assert refused(lambda: swr.delete_namespaces(DeleteNamespacesRequest(namespace=space)))[0] == 406
    swr.delete_repo(DeleteRepoRequest(namespace=space, repository="shop$api"))
    request = ShowRepositoryRequest(namespace=space, repository="shop$api")
    assert refused(lambda: swr.show_repository(request))[0] == 404


def test_a_slash_in_the_path_does_not_find_a_repository(swr: Checked, space: str) -> None:
    make(swr, space)
    make_repository(swr, space, "shop/api")
    request = ShowRepositoryRequest(namespace=space, repository="shop/api")
    assert refused(lambda: swr.show_repository(request))[0] == 404


def test_what_was_pushed_is_listed_without_having_been_made(
    swr: Checked, space: str, pushed: dict[str, Any]
) -> None:
    (found,) = swr.list_repos_details(ListReposDetailsRequest(namespace=space)).body
    assert (found.namespace, found.name, sorted(found.tags)) == (space, "shop/web", ["all", "v1"])
    assert swr.show_namespace(ShowNamespaceRequest(namespace=space)).name == space


def test_the_tags_are_those_of_the_registry(swr: Checked, space: str, pushed: dict[str, Any]) -> None:
    request = ListRepositoryTagsRequest(namespace=space, repository="shop$web")
    answer = swr.list_repository_tags(request)
    tags = {found.tag: found for found in answer.body}
    assert tags["v1"].digest == pushed["digest"]
    assert (tags["v1"].tag_type, tags["all"].tag_type) == (0, 1)
    assert tags["v1"].path == f"swr.eu-de.lab/{space}/shop/web:v1"
    assert answer.content_range == "0-2/2"


def test_tags_come_in_pages(swr: Checked, space: str, pushed: dict[str, Any]) -> None:
    request = ListRepositoryTagsRequest(namespace=space, repository="shop$web", limit="1", offset="1")
    answer = swr.list_repository_tags(request)
    assert [found.tag for found in answer.body] == ["v1"]
    assert answer.content_range == "1-1/2"


def test_a_repository_with_images_is_not_removed(swr: Checked, space: str, pushed: dict[str, Any]) -> None:
    request = DeleteRepoRequest(namespace=space, repository="shop$web")
    assert refused(lambda: swr.delete_repo(request))[0] == 406


@pytest.mark.parametrize("way", ["secret", "token"])
def test_the_login_for_a_day_is_one_that_the_registry_takes(swr: Checked, behind: Backends, way: str) -> None:
    if way == "secret":
        answer = swr.create_secret(CreateSecretRequest(projectname="eu-de"))
    else:
        answer = swr.create_authorization_token(CreateAuthorizationTokenRequest())
    auth = answer.auths["swr.eu-de.lab"].auth
    user, _, password = base64.b64decode(auth).decode().partition(":")
    url = str(behind.registry._client.base_url)
    assert httpx.get(f"{url}/v2/", auth=(user, password), trust_env=False).status_code == 200
    assert answer.x_swr_dockerlogin.startswith("docker login -u lab")
    assert answer.x_swr_expireat
