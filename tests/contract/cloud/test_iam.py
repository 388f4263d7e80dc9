"""IAM's projects, asked by the SDK."""

from __future__ import annotations

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkelb.v3 import ElbClient, ShowQuotaRequest
from huaweicloudsdkiam.v3 import KeystoneListAuthProjectsRequest, KeystoneListProjectsRequest

from .conftest import KEY, PROJECT, SECRET, Server
from .models import Checked


def test_the_project_of_a_region_has_the_regions_name(iam: Checked) -> None:
    (project,) = iam.keystone_list_projects(KeystoneListProjectsRequest(name="eu-de")).projects
    assert (project.id, project.name) == (PROJECT, "eu-de")


def test_a_region_without_a_project_has_none(iam: Checked) -> None:
    assert iam.keystone_list_projects(KeystoneListProjectsRequest(name="eu-nl")).projects == []


def test_the_sdk_finds_the_project_of_a_region_by_itself(server: Server) -> None:
    credentials = BasicCredentials(KEY, SECRET).with_iam_endpoint(server.url)
    client = (
        ElbClient.new_builder().with_credentials(credentials).with_region(Region("eu-de", server.url)).build()
    )
    assert client.show_quota(ShowQuotaRequest()).quota.project_id == PROJECT


def test_the_projects_of_a_key_are_listed(iam: Checked) -> None:
    found = iam.keystone_list_auth_projects(KeystoneListAuthProjectsRequest()).projects
    assert [project.id for project in found] == [PROJECT]
