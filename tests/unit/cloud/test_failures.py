"""Whatever the cloud answers, or does not, becomes an error with a remedy: one row for each."""

from __future__ import annotations

import pickle
import ssl
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from include.cloud import Cloud
from include.cloud.answers import READINGS
from include.cloud.documents import read_cloud_access
from include.errors import (
    CloudError,
    CloudForbiddenError,
    CloudLoginError,
    CloudObjectNotFoundError,
    CloudUnavailableError,
    PermanentError,
    TemporaryError,
)
from tests.builders.cloud_server import Answer, CloudServer, cloud_server

from .answers import ROWS, Row, gateway
from .conftest import MakeCloud


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in ROWS])
def test_an_answer_becomes_an_error_with_a_remedy(
    make_cloud: MakeCloud, server: CloudServer, row: Row
) -> None:
    server.answers = [Answer(row.status, row.body)]
    with pytest.raises((PermanentError, TemporaryError)) as caught:
        make_cloud().call(row.service, row.operation, **row.fields)

    error = caught.value
    assert type(error) is row.kind
    assert (error.service, error.operation, error.status) == (row.service, row.operation, row.status)
    text = str(error)
    assert text.startswith(
        f"{row.service} {row.operation}, connection target_cloud, Open Telekom Cloud eu-de: "
    )
    assert [part for part in row.shown if part not in text] == []


def test_every_reading_has_a_row() -> None:
    words = [(row.status, f"{row.body}") for row in ROWS]
    first = [next((one for one in READINGS if one.fits(status, text)), None) for status, text in words]

    assert [one.remedy for one in READINGS if one not in first] == []


def test_an_error_carries_code_and_request_id_and_survives_pickling(
    make_cloud: MakeCloud, server: CloudServer
) -> None:
    server.answers = [Answer(404, {"errorCode": "CCE.01404001"}, {"X-Request-Id": "request-7"})]
    with pytest.raises(CloudObjectNotFoundError) as caught:
        make_cloud().call("cce", "show_cluster", cluster_id="1")
    again = pickle.loads(pickle.dumps(caught.value))

    assert (again.code, again.request_id, again.status) == ("CCE.01404001", "request-7", 404)
    assert str(again) == str(caught.value)


def test_a_request_id_is_taken_from_the_body_when_no_header_has_it(
    make_cloud: MakeCloud, server: CloudServer
) -> None:
    server.answers = [Answer(403, gateway("no"), {"X-Request-Id": ""})]
    with pytest.raises(CloudForbiddenError) as caught:
        make_cloud().call("cce", "list_clusters")

    assert caught.value.request_id == "request-of-the-body"


def test_a_wrong_secret_key_is_found_by_its_signature(make_cloud: MakeCloud) -> None:
    with pytest.raises(CloudLoginError, match="the secret key does not belong to the access key") as caught:
        make_cloud(password="another-key-of-the-tests").call("cce", "list_clusters")

    assert "another-key-of-the-tests" not in str(caught.value)


def test_an_unknown_access_key_is_told_from_a_wrong_secret_key(make_cloud: MakeCloud) -> None:
    with pytest.raises(CloudLoginError, match="the access key was deleted"):
        make_cloud(login="AKOTHER").call("cce", "list_clusters")


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_clock_that_is_off_is_told(make_cloud: MakeCloud, server: CloudServer, minutes: int) -> None:
    server.clock_offset = timedelta(minutes=minutes)
    with pytest.raises(CloudLoginError, match="set the clock"):
        make_cloud().call("cce", "list_clusters")


def silence(cloud: Cloud) -> CloudError | CloudUnavailableError:
    with pytest.raises((CloudError, CloudUnavailableError)) as caught:
        cloud.call("cce", "list_clusters")
    assert caught.value.status == 0
    return caught.value


@pytest.mark.parametrize(
    ("endpoint", "may_have_happened", "shown"),
    [
        ("http://127.0.0.1:1", False, "check the endpoint, and that the Airflow worker reaches it"),
        ("https://no-such-host.invalid", False, "check the endpoint, and that the Airflow worker reaches it"),
    ],
    ids=["closed port", "unknown name"],
)
def test_a_service_out_of_reach_is_temporary(
    make_cloud: MakeCloud, endpoint: str, may_have_happened: bool, shown: str
) -> None:
    error = silence(make_cloud(endpoints={"cce": endpoint}))

    assert isinstance(error, CloudUnavailableError)
    assert error.may_have_happened is may_have_happened
    assert f"no answer from {endpoint}" in str(error)
    assert shown in str(error)


@pytest.mark.parametrize(
    ("answer", "timeout", "shown"),
    [(Answer(delay=5), 0.3, "raise extra.timeout"), (Answer(hangs_up=True), 60, "check the endpoint")],
    ids=["slow", "cut off"],
)
def test_an_answer_that_does_not_come_is_temporary(
    make_cloud: MakeCloud, server: CloudServer, answer: Answer, timeout: float, shown: str
) -> None:
    server.answers = [answer]
    error = silence(make_cloud(timeout=timeout))

    assert isinstance(error, CloudUnavailableError)
    assert error.may_have_happened
    assert shown in str(error)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a key and a certificate of 127.0.0.1 that nobody trusts."""
    from tests.builders.certificates import self_signed

    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(self_signed("127.0.0.1"))
    return path


def tls_cloud(server: CloudServer, **extra: Any) -> Cloud:
    return Cloud(read_cloud_access("target_cloud", server.document(**extra)), attempts=1)


def test_certificates_are_checked_against_the_given_authority(certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with cloud_server(context) as server:
        untrusted = silence(tls_cloud(server))
        tls_cloud(server, ca_cert=str(certificate)).call("cce", "list_clusters")

    assert type(untrusted) is CloudError
    assert "set extra.ca_cert" in str(untrusted)


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_certificates_are_not_checked_where_the_connection_says_so(certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with cloud_server(context) as server:
        tls_cloud(server, verify=False).call("cce", "list_clusters")


def test_a_service_without_tls_is_told(make_cloud: MakeCloud, server: CloudServer) -> None:
    error = silence(make_cloud(endpoints={"cce": server.url.replace("http:", "https:")}))

    assert type(error) is CloudError
    assert "write http:// in extra.endpoints" in str(error)
