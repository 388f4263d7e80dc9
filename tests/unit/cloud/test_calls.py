"""The SDK's own clients sign, carry and repeat requests as the cloud expects it."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import stamina

from include.cloud import Service, check_access
from include.cloud.cloud import THROTTLED_CHANGE_SECONDS
from include.errors import CloudThrottledError, CloudUnavailableError
from tests.builders.cloud_server import PROJECT, Answer, CloudServer

from .conftest import MakeCloud

BUSY = Answer(503, {"error_code": "CCE.01503001", "error_msg": "busy"})
CLUSTERS = Answer(
    200, {"kind": "List", "items": [{"metadata": {"name": "shop"}}, {"metadata": {"name": "bank"}}]}
)


@pytest.mark.parametrize(
    ("service", "operation", "fields", "path"),
    [
        ("cce", "list_clusters", {"detail": "true"}, f"/api/v3/projects/{PROJECT}/clusters"),
        ("swr", "list_repository_tags", {"namespace": "shop", "repository": "web$api"}, None),
        ("rds", "list_instances", {"id": "ä b/c"}, f"/v3/{PROJECT}/instances"),
        ("dns", "list_public_zones", {"name": "example.com."}, "/v2/zones"),
        ("elb", "list_load_balancers", {"name": ["a", "b"]}, f"/v3/{PROJECT}/elb/loadbalancers"),
        ("iam", "keystone_list_projects", {"name": "eu-de"}, "/v3/projects"),
    ],
)
def test_a_signed_read_of_each_service_is_accepted(
    make_cloud: MakeCloud,
    server: CloudServer,
    service: Service,
    operation: str,
    fields: dict[str, Any],
    path: str | None,
) -> None:
    if service == "swr":
        server.answers = [Answer(200, [])]
    make_cloud().call(service, operation, **fields)

    seen = server.requests[-1]
    assert seen.method == "GET"
    assert seen.path == path or (service == "swr" and seen.path.endswith("/repos/web%24api/tags"))
    assert seen.headers.get("x-project-id") == (None if service == "iam" else PROJECT)
    assert seen.headers["user-agent"] == "huaweicloud-usdk-python/3.0; cce-migration"


def test_a_body_is_sent_with_the_apis_own_names(make_cloud: MakeCloud, server: CloudServer) -> None:
    server.answers = [Answer(201, {"metadata": {"uid": "1"}, "status": {"jobID": "2"}})]
    body = {"kind": "Cluster", "spec": {"hostNetwork": {"SecurityGroup": "3"}, "containerNetwork": {}}}
    made = make_cloud().call("cce", "create_cluster", body=body)

    assert (made.metadata.uid, made.status.job_id) == ("1", "2")
    assert server.requests[0].body == (
        b'{"kind": "Cluster", "spec": {"hostNetwork": {"SecurityGroup": "3"}, "containerNetwork": {}}}'
    )


def test_the_token_of_a_temporary_key_is_sent_and_signed(make_cloud: MakeCloud, server: CloudServer) -> None:
    make_cloud(security_token="a-token-of-the-tests").call("cce", "list_clusters")

    headers = server.requests[0].headers
    assert headers["x-security-token"] == "a-token-of-the-tests"
    assert "x-security-token" in headers["authorization"]


@pytest.mark.parametrize(
    ("operation", "fields", "is_idempotent"),
    [
        ("list_clusters", {}, False),
        ("update_cluster", {"cluster_id": "1", "body": {}}, True),
    ],
)
def test_reads_and_idempotent_changes_are_repeated_while_the_cloud_is_busy(
    make_cloud: MakeCloud, server: CloudServer, operation: str, fields: dict[str, Any], is_idempotent: bool
) -> None:
    server.answers = [BUSY, Answer(hangs_up=True), Answer(502, "<html>bad gateway</html>")]
    make_cloud(attempts=6).call("cce", operation, is_idempotent=is_idempotent, **fields)

    assert len(server.requests) == 4


def test_the_last_answer_is_what_the_error_tells(make_cloud: MakeCloud, server: CloudServer) -> None:
    server.answers = [Answer(502), *[BUSY] * 9]
    with pytest.raises(CloudUnavailableError, match=r"503 CCE\.01503001 busy \(request request-1\)"):
        make_cloud(attempts=3).call("cce", "list_clusters")

    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("answer", "timeout"),
    [(BUSY, 60), (Answer(hangs_up=True), 60), (Answer(delay=5), 0.5)],
    ids=["503", "cut off", "slow"],
)
def test_a_change_that_may_have_happened_is_not_repeated(
    make_cloud: MakeCloud, server: CloudServer, answer: Answer, timeout: float
) -> None:
    server.answers = [answer]
    with pytest.raises(CloudUnavailableError) as caught:
        make_cloud(attempts=6, timeout=timeout).call("cce", "create_cluster", body={})

    assert caught.value.may_have_happened
    assert len(server.requests) == 1


def test_a_throttled_change_is_repeated_since_it_did_not_happen(
    make_cloud: MakeCloud, server: CloudServer
) -> None:
    server.answers = [Answer(429), Answer(201)]
    make_cloud(attempts=6).call("cce", "create_cluster", body={})

    assert len(server.requests) == 2


def test_a_change_is_repeated_while_there_is_no_connection(
    make_cloud: MakeCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = make_cloud(attempts=3, endpoints={"cce": "http://127.0.0.1:1"})
    waited = _without_sleep(monkeypatch)
    with pytest.raises(CloudUnavailableError):
        nowhere.call("cce", "create_cluster", body={})

    assert len(waited) == 2


@pytest.mark.parametrize(
    ("operation", "headers", "shortest", "longest"),
    [
        ("list_clusters", {"Retry-After": "7"}, 7.0, 7.0),
        ("list_clusters", {"Retry-After": "in a date"}, 5.0, 9.0),
        ("list_clusters", {}, 0.0, 2.0),
        ("create_cluster", {"Retry-After": "7"}, 7.0, 7.0),
        ("create_cluster", {}, THROTTLED_CHANGE_SECONDS, THROTTLED_CHANGE_SECONDS),
    ],
)
def test_the_cloud_says_how_long_to_wait(
    make_cloud: MakeCloud,
    server: CloudServer,
    monkeypatch: pytest.MonkeyPatch,
    operation: str,
    headers: dict[str, str],
    shortest: float,
    longest: float,
) -> None:
    waited = _without_sleep(monkeypatch)
    if headers.get("Retry-After") == "in a date":
        headers = {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(seconds=8), usegmt=True)}
    server.answers = [Answer(429, headers=headers)]
    make_cloud(attempts=2).call("cce", operation, **({"body": {}} if operation == "create_cluster" else {}))

    assert len(waited) == 1
    assert shortest <= waited[0] <= longest


def test_a_long_wait_is_left_to_the_task(make_cloud: MakeCloud, server: CloudServer) -> None:
    server.answers = [Answer(429, headers={"Retry-After": "300"})]
    with pytest.raises(CloudThrottledError) as caught:
        make_cloud(attempts=6).call("cce", "list_clusters")

    assert caught.value.wait_seconds == 300
    assert len(server.requests) == 1


def test_a_check_tells_the_clusters_it_sees(make_cloud: MakeCloud, server: CloudServer) -> None:
    server.answers = [CLUSTERS]

    assert check_access(make_cloud().access) == (
        f"Open Telekom Cloud eu-de accepts the key; CCE clusters of project {PROJECT}: bank, shop"
    )


def test_a_check_does_not_let_a_person_wait_for_retries(make_cloud: MakeCloud, server: CloudServer) -> None:
    server.answers = [BUSY, CLUSTERS]
    with pytest.raises(CloudUnavailableError):
        check_access(make_cloud().access)


def test_one_client_serves_all_calls_of_a_service(make_cloud: MakeCloud) -> None:
    cloud = make_cloud()

    assert cloud.client("cce") is cloud.client("cce")
    assert cloud.client("cce") is not cloud.client("rds")


def test_threads_share_a_cloud(make_cloud: MakeCloud, server: CloudServer) -> None:
    cloud = make_cloud()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: cloud.call("cce", "list_clusters"), range(40)))

    assert len(server.requests) == 40


def test_the_sdk_reports_nothing_beside_our_errors(
    make_cloud: MakeCloud, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CloudUnavailableError):
        make_cloud(endpoints={"cce": "http://127.0.0.1:1"}).call("cce", "list_clusters")

    assert logging.getLogger("HuaweiCloud-SDK-CceClient").disabled
    assert "ConnectionException" not in capfd.readouterr().err


def _without_sleep(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    stamina.set_testing(testing=False)
    monkeypatch.setattr("tenacity.nap.time.sleep", waited.append)
    return waited
