"""The connection type is known to Airflow, its form has what the domain reads, and its Test button tells the truth."""

from __future__ import annotations

import base64
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import Distribution, distributions
from typing import Any

import pytest
from airflow.sdk._shared.secrets_masker import secrets_masker

from cce_migration.hooks.connections import AirflowConnections
from cce_migration.hooks.huawei_cloud import HuaweiCloudHook
from cce_migration.provider_info import CONNECTION_FIELDS, get_provider_info
from include.cloud import PROVIDERS, Cloud
from include.cloud.documents import CONNECTION_TYPE, EXTRAS, read_cloud_access
from include.definition import TargetCluster
from include.ledger.secrets_guard import forget_secrets
from tests.builders.cloud_server import SECRET_KEY, Answer, CloudServer, cloud_server
from tests.builders.definitions import target_cluster
from tests.conftest import ROOT

TOKEN = "a-token-of-the-tests"
Define = Callable[..., None]


@pytest.fixture
def server() -> Iterator[CloudServer]:
    with cloud_server() as running:
        yield running


@pytest.fixture
def define(server: CloudServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Define]:
    monkeypatch.setenv("no_proxy", "*")

    def set_connection(**changes: Any) -> None:
        monkeypatch.setenv("AIRFLOW_CONN_TARGET_CLOUD", json.dumps(server.document(**changes)))

    yield set_connection
    secrets_masker._secrets_masker().reset_masker()
    forget_secrets()


def distribution() -> Distribution:
    return next(
        one for one in distributions(path=[str(ROOT / "plugins")]) if one.metadata["Name"] == "cce-migration"
    )


def test_the_distribution_beside_the_package_names_this_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    info = get_provider_info()

    assert (project["name"], project["version"]) == (info["package-name"], info["versions"][0])
    assert (project["name"], project["version"]) == (distribution().name, distribution().version)


def test_its_entry_point_leads_to_what_airflow_asks_for() -> None:
    entry = next(one for one in distribution().entry_points if one.group == "apache_airflow_provider")

    assert entry.load() is get_provider_info


def test_airflow_offers_the_type_with_its_form() -> None:
    from airflow.api_fastapi.core_api.services.ui.connections import HookMetaService

    offered = next(one for one in HookMetaService.hook_meta_data() if one.connection_type == CONNECTION_TYPE)

    assert offered.hook_name == HuaweiCloudHook.hook_name
    assert offered.hook_class_name == f"{HuaweiCloudHook.__module__}.{HuaweiCloudHook.__name__}"
    assert offered.standard_fields is not None
    assert offered.standard_fields.login is not None
    assert offered.standard_fields.login.title == "Access key (AK)"
    assert set(offered.extra_fields or {}) == set(EXTRAS)


def test_the_form_and_the_domain_agree() -> None:
    assert set(CONNECTION_FIELDS) == set(EXTRAS)
    assert CONNECTION_FIELDS["cloud"]["schema"]["enum"] == sorted(PROVIDERS)
    assert CONNECTION_FIELDS["security_token"]["schema"]["format"] == "password"


def test_every_field_is_documented_and_the_example_can_be_read() -> None:
    page = (ROOT / "docs" / "connections.md").read_text()
    example = re.search(r"^AIRFLOW_CONN_TARGET_CLOUD='(.+)'$", page, re.MULTILINE)

    assert [name for name in EXTRAS if f"`extra.{name}`" not in page] == []
    assert example is not None
    assert read_cloud_access("target_cloud", json.loads(example[1])).provider.id == "otc"


def test_the_hook_yields_a_cloud_with_the_connections_access(define: Define) -> None:
    define()
    cloud = HuaweiCloudHook().get_conn()

    assert isinstance(cloud, Cloud)
    assert cloud.access.region == "eu-de"
    assert cloud.access.secret_key == SECRET_KEY


def test_airflow_finds_the_hook_by_the_connections_type(define: Define) -> None:
    from airflow.sdk import BaseHook

    define()
    hook = BaseHook.get_hook("target_cloud")

    assert isinstance(hook, HuaweiCloudHook)
    assert hook.huaweicloud_conn_id == "target_cloud"


def test_the_test_button_says_what_was_seen(define: Define, server: CloudServer) -> None:
    define()
    server.answers = [Answer(200, {"items": [{"metadata": {"name": "shop"}}]})]

    is_good, text = HuaweiCloudHook("target_cloud").test_connection()

    assert is_good
    assert text.endswith("shop")


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"password": "another-key-of-the-tests"}, "the secret key does not belong to the access key"),
        ({"region": "", "cloud": "aws"}, "has problems (2):\n  - extra.cloud is 'aws'; allowed: huawei, otc"),
        ({"endpoints": {"cce": "http://127.0.0.1:1"}}, "check the endpoint"),
    ],
    ids=["wrong secret key", "wrong fields", "out of reach"],
)
def test_the_test_button_says_what_to_do(define: Define, changes: dict[str, Any], shown: str) -> None:
    define(**changes)

    is_good, text = HuaweiCloudHook("target_cloud").test_connection()

    assert not is_good
    assert shown in text
    assert "another-key" not in text


def test_the_test_button_says_when_there_is_no_connection() -> None:
    is_good, text = HuaweiCloudHook("nowhere").test_connection()

    assert not is_good
    assert "connection nowhere is not defined" in text


def test_key_and_token_are_masked_before_they_are_used(define: Define) -> None:
    define(security_token=TOKEN)
    assert HuaweiCloudHook().access.region == "eu-de"

    assert secrets_masker.redact(f"{SECRET_KEY} {TOKEN}") == "*** ***"


def test_the_derived_login_of_the_registry_is_masked(define: Define) -> None:
    define()
    password = AirflowConnections().registry("target_cloud").password

    assert secrets_masker.redact(f"docker login with {password}") == "docker login with ***"


def test_the_login_of_a_cluster_is_masked(define: Define, server: CloudServer) -> None:
    define()
    line = "MHcCAQEEIBhWbGkgbm90IGEgcmVhbCBrZXkgYXQgYWxsLCBub25l"
    key = f"-----BEGIN EC PRIVATE KEY-----\n{line}\n-----END EC PRIVATE KEY-----\n"
    coded = base64.b64encode(key.encode()).decode()
    kubeconfig = {
        "clusters": [{"name": "internalCluster", "cluster": {"server": "https://10.0.0.5:5443"}}],
        "users": [{"name": "user", "user": {"client-key-data": coded}}],
        "contexts": [{"name": "internal", "context": {"cluster": "internalCluster", "user": "user"}}],
    }
    listed = {"items": [{"metadata": {"name": "shop-target", "uid": "1"}, "status": {"phase": "Available"}}]}
    server.answers = [Answer(200, listed), Answer(200, kubeconfig)]
    wanted = TargetCluster.model_validate({**target_cluster(), "connection": "target_cloud"})

    assert coded in AirflowConnections().cce_cluster(wanted).kubeconfig
    assert secrets_masker.redact(f"{coded} {line}") == "*** ***"
