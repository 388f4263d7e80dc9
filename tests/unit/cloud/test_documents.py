"""A connection to a cloud is read whole, or refused with everything that is wrong with it."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from include.cloud import PROVIDERS, CloudAccess, registry_login
from include.cloud.documents import read_cloud_access
from include.connections import DocumentConnections
from include.errors import ConnectionDetailsError, SecretInLedgerError
from include.ledger.secrets_guard import refuse_secrets
from tests.builders.cloud_server import CloudServer
from tests.conftest import ROOT


def document(**extra: Any) -> dict[str, Any]:
    return {
        "conn_type": "cce",
        "login": "AKTEST",
        "password": "SKTEST",
        "extra": {"cloud": "otc", "region": "eu-de", "project_id": "0123456789abcdef", **extra},
    }


def access(**extra: Any) -> CloudAccess:
    return read_cloud_access("target_cloud", document(**extra))


def problems(changed: dict[str, Any]) -> list[str]:
    with pytest.raises(ConnectionDetailsError) as caught:
        read_cloud_access("target_cloud", changed)
    assert caught.value.connection_id == "target_cloud"
    return [line.strip(" -") for line in str(caught.value).splitlines()[1:]]


def test_importing_the_package_loads_no_sdk() -> None:
    program = (
        "import sys, include.cloud, include.connections; print([m for m in sys.modules if 'huawei' in m])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert shown.stdout.strip() == "[]"


def test_access_never_shows_its_secrets() -> None:
    shown = repr(access(security_token="a-token-of-the-tests"))

    assert "AKTEST" in shown
    assert "SKTEST" not in shown
    assert "a-token-of-the-tests" not in shown


@pytest.mark.parametrize("secret", ["SKTEST-long-enough", "a-token-of-the-tests"])
def test_no_ledger_document_can_carry_its_secrets(secret: str) -> None:
    read_cloud_access(
        "target_cloud", {**document(security_token="a-token-of-the-tests"), "password": "SKTEST-long-enough"}
    )

    with pytest.raises(SecretInLedgerError):
        refuse_secrets("plan", f'{{"note": "{secret}"}}')


@pytest.mark.parametrize(
    ("cloud", "region", "service", "expected"),
    [
        ("otc", "eu-de", "cce", "https://cce.eu-de.otc.t-systems.com"),
        ("otc", "eu-nl", "swr", "https://swr-api.eu-nl.otc.t-systems.com"),
        ("otc", "eu-de", "registry", "https://swr.eu-de.otc.t-systems.com"),
        ("huawei", "cn-north-4", "rds", "https://rds.cn-north-4.myhuaweicloud.com"),
        ("huawei", "cn-north-4", "registry", "https://swr.cn-north-4.myhuaweicloud.com"),
        ("huawei", "eu-west-101", "iam", "https://iam.eu-west-101.myhuaweicloud.eu"),
    ],
)
def test_a_service_is_found_in_its_cloud(cloud: str, region: str, service: str, expected: str) -> None:
    assert access(cloud=cloud, region=region).endpoint(service) == expected


@pytest.mark.parametrize("service", ["cce", "swr", "rds", "iam"])
def test_huaweis_addresses_are_those_the_sdk_knows(service: str) -> None:
    from importlib import import_module

    version = "v2" if service == "swr" else "v3"
    module = import_module(f"huaweicloudsdk{service}.{version}.region.{service}_region")
    regions = getattr(module, f"{service.capitalize()}Region").static_fields

    for region in ("cn-north-4", "eu-west-101"):
        assert regions[region].endpoints == [access(cloud="huawei", region=region).endpoint(service)]


def test_an_endpoint_of_the_connection_replaces_that_of_one_service() -> None:
    changed = access(endpoints={"cce": "http://cce.test:8080/"})

    assert changed.endpoint("cce") == "http://cce.test:8080"
    assert changed.endpoint("rds") == "https://rds.eu-de.otc.t-systems.com"


def test_the_clouds_differ_in_what_their_profiles_say() -> None:
    huawei, otc = PROVIDERS["huawei"], PROVIDERS["otc"]

    assert (huawei.offers("oms"), otc.offers("oms")) == (True, False)
    assert huawei.endpoint("oms", "eu-west-101") == "https://oms.eu-west-101.myhuaweicloud.eu"
    assert otc.offers("drs")
    assert (huawei.dns_weights, otc.dns_weights) == ((0, 1000), None)
    assert (huawei.smallest_disk_gib, otc.smallest_disk_gib) == (10, 10)


def test_empty_fields_of_the_form_count_as_absent() -> None:
    read = access(project_name="", security_token=None, endpoints="", ca_cert=None, verify=None, timeout=None)

    assert (read.project_name, read.verify, read.timeout_seconds) == ("eu-de", True, 60.0)
    assert (read.security_token, read.endpoints, read.ca_cert) == ("", {}, "")


def test_fields_may_be_text() -> None:
    read = access(timeout="5", endpoints='{"cce": "https://cce.test"}')

    assert (read.timeout_seconds, read.endpoint("cce")) == (5.0, "https://cce.test")


def test_all_problems_are_named_at_once_with_place_and_remedy() -> None:
    wrong = {
        "conn_type": "aws",
        "login": "AK TEST",
        "password": "",
        "extra": {
            "cloud": "aws",
            "region": "eu/de",
            "projekt_id": "1",
            "endpoints": {"cce": "cce.test", "obs": "https://obs.test"},
            "verify": "no",
            "timeout": 0,
        },
    }

    assert problems(wrong) == [
        "conn_type is 'aws'; set it to cce",
        "extra.projekt_id is not known; allowed: cloud, region, project_id, project_name, endpoints, ca_cert, "
        "verify, timeout, security_token",
        "extra.cloud is 'aws'; allowed: huawei, otc",
        "extra.region is 'eu/de'; letters, digits, - and _ are allowed",
        "extra.project_id is missing; set it to the project's id: My Credentials in the console shows it",
        "login has a space or a line break in it; copy the access key (AK) again",
        "password is empty; put the secret key (SK) there",
        "extra.endpoints.cce is 'cce.test'; set it to http(s)://host, without a path",
        "extra.endpoints.obs is not known; allowed: cce, ecs, vpc, swr, rds, dns, elb, iam, drs, oms, registry",
        "extra.verify is 'no'; allowed: true, false",
        "extra.timeout is 0; seconds, more than 0 and at most 600, are allowed",
    ]


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        (
            {"ca_cert": "/no/such/file"},
            "extra.ca_cert is /no/such/file, which is no file on this machine; put it there",
        ),
        (
            {"ca_cert": __file__, "verify": False},
            "extra.ca_cert is not used while extra.verify is false; remove one of the two",
        ),
        ({"endpoints": "{cce"}, "extra.endpoints is not JSON; set it to a JSON object"),
        ({"endpoints": ["cce"]}, "extra.endpoints is not a JSON object; set it to one"),
        ({"security_token": 1}, "extra.security_token is not a text; put it in quotes"),
        ({"timeout": "soon"}, "extra.timeout is 'soon'; seconds, more than 0 and at most 600, are allowed"),
    ],
)
def test_a_field_that_cannot_be_used_says_why(extra: dict[str, Any], expected: str) -> None:
    assert problems(document(**extra)) == [expected]


def test_an_extra_that_is_not_json_is_one_problem_more() -> None:
    assert "extra is not JSON; set it to a JSON object" in problems({**document(), "extra": "{no json"})


def test_a_key_is_never_repeated_in_a_problem() -> None:
    assert "SK TEST" not in "".join(problems({**document(), "password": "SK TEST"}))


def test_the_registrys_login_is_derived_as_documented() -> None:
    """The vector is what `printf AK | openssl dgst -sha256 -hmac SK` of SWR's manual gives."""
    login = registry_login(access(project_name="eu-de_shop"))

    assert (login.url, login.user) == ("https://swr.eu-de.otc.t-systems.com", "eu-de_shop@AKTEST")
    assert login.password == "232888a70fce5f6b6d647f78c42f1c7ffb6923b14d964e2a9f4ee3a082e58002"
    assert login.password not in repr(login)


def test_a_derived_login_is_kept_out_of_the_ledger() -> None:
    with pytest.raises(SecretInLedgerError):
        refuse_secrets("plan", f'{{"note": "{registry_login(access()).password}"}}')


def test_a_temporary_key_gives_no_login_of_the_registry() -> None:
    with pytest.raises(ConnectionDetailsError, match="permanent access keys only; use one without"):
        registry_login(access(security_token="a-token-of-the-tests"))


def test_the_connection_of_a_cloud_serves_as_that_of_its_registry(server: CloudServer) -> None:
    known = DocumentConnections({"target_cloud": server.document()})

    assert known.cloud("target_cloud").region == "eu-de"
    assert known.registry("target_cloud").url == server.url
    assert known.registry("target_cloud").user == "eu-de@AKTEST"
