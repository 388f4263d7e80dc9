"""A cluster of CCE is entered by its name, with a login that nobody has to copy."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import yaml

from include.cloud.clusters import cluster_login
from include.cloud.documents import read_cloud_access
from include.clusters.kubeconfig import read_login
from include.definition import TargetCluster
from include.errors import (
    ConnectionDetailsError,
    PermanentError,
    SecretInLedgerError,
    TargetClusterMissingError,
    TemporaryError,
)
from include.ledger.secrets_guard import refuse_secrets
from tests.builders.cloud_server import Answer, CloudServer
from tests.builders.definitions import target_cluster

KEY = "a2V5LW9mLXRoZS10ZXN0cw=="
INTERNAL = {"server": "https://10.0.0.5:5443", "certificate-authority-data": "Y2E="}
EXTERNAL = {"server": "https://80.0.0.5:5443", "insecure-skip-tls-verify": True}
VERIFIED = {"server": "https://80.0.0.5:5443", "certificate-authority-data": "Y2E="}
CLUSTERS = {
    "internal": ("internalCluster", INTERNAL),
    "external": ("externalCluster", EXTERNAL),
    "externalTLSVerify": ("externalClusterTLSVerify", VERIFIED),
}


def kubeconfig(*contexts: str) -> dict[str, Any]:
    return {
        "kind": "Config",
        "apiVersion": "v1",
        "clusters": [{"name": name, "cluster": cluster} for name, cluster in map(CLUSTERS.get, contexts)],  # type: ignore[misc]
        "users": [{"name": "user", "user": {"client-certificate-data": "Y2VydA==", "client-key-data": KEY}}],
        "contexts": [
            {"name": name, "context": {"cluster": CLUSTERS[name][0], "user": "user"}} for name in contexts
        ],
        "current-context": contexts[-1] if contexts else "",
    }


def listed(phase: str = "Available", name: str = "shop-target") -> Answer:
    metadata = {"name": name, "uid": "cluster-1"}
    return Answer(200, {"items": [{"kind": "Cluster", "metadata": metadata, "status": {"phase": phase}}]})


def wanted(endpoint: str = "internal", **changes: Any) -> TargetCluster:
    return TargetCluster.model_validate({**target_cluster(), "endpoint": endpoint, **changes})


def login(server: CloudServer, *answers: Answer, cluster: TargetCluster | None = None) -> Any:
    server.answers = list(answers)
    return cluster_login(read_cloud_access("huawei_cloud", server.document()), cluster or wanted())


def test_a_login_for_a_day_is_asked_for_by_the_clusters_name(server: CloudServer) -> None:
    access = login(server, listed(), Answer(200, kubeconfig("internal", "external")))

    assert server.requests[1].path.endswith("/clusters/cluster-1/clustercert")
    assert server.requests[1].body == b'{"duration": 1}'
    assert (access.name, read_login_of(access).server) == ("target", "https://10.0.0.5:5443")
    assert read_login_of(access).is_verified


def read_login_of(access: Any) -> Any:
    document = yaml.safe_load(access.kubeconfig)
    for user in document["users"]:
        # What is no key in PEM is refused; here the place is looked at, not the login.
        user["user"] = {"token": "t"}
    for cluster in document["clusters"]:
        cluster["cluster"].pop("certificate-authority-data", None)
    return read_login(type(access)(name="target", kubeconfig=yaml.safe_dump(document)))


def test_the_logins_key_enters_no_ledger_and_no_text(server: CloudServer) -> None:
    access = login(server, listed(), Answer(200, kubeconfig("internal")))

    assert KEY not in repr(access)
    with pytest.raises(SecretInLedgerError):
        refuse_secrets("note", f'{{"a": "{KEY}"}}')


@pytest.mark.parametrize(
    ("contexts", "endpoint", "server_of", "is_verified", "warnings"),
    [
        (("internal", "external"), "internal", "https://10.0.0.5:5443", True, 0),
        (("internal", "external"), "external", "https://80.0.0.5:5443", False, 1),
        (("internal", "external", "externalTLSVerify"), "external", "https://80.0.0.5:5443", True, 0),
    ],
)
def test_the_endpoint_of_the_definition_is_taken(
    server: CloudServer,
    caplog: pytest.LogCaptureFixture,
    contexts: tuple[str, ...],
    endpoint: str,
    server_of: str,
    is_verified: bool,
    warnings: int,
) -> None:
    access = login(server, listed(), Answer(200, kubeconfig(*contexts)), cluster=wanted(endpoint))

    assert (read_login_of(access).server, read_login_of(access).is_verified) == (server_of, is_verified)
    assert len([one for one in caplog.records if one.levelno == logging.WARNING]) == warnings


@pytest.mark.parametrize(
    ("answers", "kind", "words"),
    [
        ([listed(name="another")], TargetClusterMissingError, "once the plan is approved"),
        ([Answer(200, {"items": []})], TargetClusterMissingError, "does not exist"),
        ([listed("Upgrading")], TemporaryError, "is Upgrading, not Available; the task retries"),
        ([listed("Hibernation")], PermanentError, "is Hibernation, not Available; look at it"),
    ],
)
def test_a_cluster_that_cannot_be_entered_says_why(
    server: CloudServer, answers: list[Answer], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        login(server, *answers)


def test_a_cluster_that_is_not_made_here_has_another_remedy(server: CloudServer) -> None:
    with pytest.raises(TargetClusterMissingError, match=r"correct target\.cluster\.name, or say"):
        login(server, listed(name="another"), cluster=wanted(create=None))


def test_a_cluster_without_the_address_that_is_asked_for_says_what_to_do(server: CloudServer) -> None:
    with pytest.raises(ConnectionDetailsError, match=r"has no external address \(CCE gives internal\); bind"):
        login(server, listed(), Answer(200, kubeconfig("internal")), cluster=wanted("external"))
