"""Bad input on the real lab: a clear error that names the place and the remedy, and nothing changed on either side."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from include.connections import DocumentConnections
from include.definition import Definition
from include.errors import DefinitionError, PreflightError
from include.ledger import Ledger
from include.planning import check_preflight
from include.planning.database_client import open_database
from include.planning.storage_client import open_storage
from include.run import MigrationRun
from tests import orders
from tests.builders.definitions import definition, definition_text

from .sides import both_sides, differences, lab_documents
from .tampering import Change, tampered

pytestmark = pytest.mark.lab

Documents = dict[str, dict[str, Any]]
PASSWORDS = {
    "source_postgres": "database shop-orders, source pg.source.lab",
    "target_postgres": "database shop-orders, target pg.rds.lab",
    "source_mariadb": "database warehouse-stock, source mariadb.source.lab",
    "target_mariadb": "database warehouse-stock, target mariadb.rds.lab",
    "source_registry": "registry registry.source.lab: the login of lab was answered 401",
    "huawei_cloud": "registry swr.eu-de.lab: the login of",
    "source_s3": "bucket product-pictures at http://s3.source.lab (connection source_s3): cannot be listed",
    "obs": "bucket product-pictures at http://obs.eu-de.lab (connection obs): cannot be listed",
    "dns": "front_door.dns: zone lab. on",
}


@pytest.fixture(scope="module", autouse=True)
def _target_that_exists() -> None:
    """Order a target, which the definitions here name by its kubeconfig: what is wrong with it is told before anything is done."""
    orders.order_target(orders.lab_service("cce"), "lab-target")
    for engine in orders.CONNECTIONS:
        orders.order_instance(orders.lab_service("rds"), engine)


def lab_definition(change: Callable[[dict[str, Any]], object] = lambda document: None) -> Definition:
    """Return the lab's definition with a target that exists, after a change."""

    def changed(document: dict[str, Any]) -> None:
        document["target"]["cluster"] = "target_cluster"
        for database in document["databases"]:
            database.pop("rds", None)
        change(document)

    return definition(changed)


@pytest.fixture(autouse=True)
def _nothing_is_changed() -> Generator[None]:
    before = both_sides(lab_definition())
    yield
    after = both_sides(lab_definition())
    assert differences(before, after) == []


def problems_of(folder: Path, documents: Documents, wanted: Definition | None = None) -> list[str]:
    """Run the preflight and return what it refuses; none is a failure of the test."""
    chosen = wanted or lab_definition()
    run = MigrationRun(chosen, Ledger(folder, chosen.name, "bad"), DocumentConnections(documents), "bad")
    with pytest.raises(PreflightError) as caught:
        check_preflight(run)
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    return caught.value.problems


def one(problems: list[str], *parts: str) -> str:
    """Return the one problem that has all these parts."""
    found = [problem for problem in problems if all(part in problem for part in parts)]
    assert len(found) == 1, problems
    return found[0]


def test_several_errors_of_a_definition_are_told_at_once_with_their_places() -> None:
    text = definition_text(_spoil).replace("schema: 1", "schema: 7", 1)
    with pytest.raises(DefinitionError) as caught:
        lab_definition_of(text)
    problems = caught.value.problems
    one(problems, "databases[0].engine", "'oracle' is not known", "allowed: postgresql, mariadb")
    one(problems, "front_dor: unknown field; did you mean front_door?")
    one(problems, "source.namespaces[1]", "kube-system")
    one(problems, "source.namespaces[2]", "velero")
    one(problems, "schema: 7 is not known", "allowed: 1")
    one(problems, "front_door: missing")
    assert all("line" in problem for problem in problems if "missing" not in problem)


def _spoil(document: dict[str, Any]) -> None:
    document["databases"][0]["engine"] = "oracle"
    document["front_dor"] = document.pop("front_door")
    document["source"]["namespaces"] = ["shop", "kube-system", "velero"]


def lab_definition_of(text: str) -> Definition:
    from include.definition import load_definition

    return load_definition(text)


def test_an_unknown_connection_is_named_with_its_place(tmp_path: Path) -> None:
    documents = lab_documents()
    del documents["huawei_cloud"]
    found = one(problems_of(tmp_path, documents), "images.target.connection")
    assert "connection huawei_cloud is not defined" in found
    assert "AIRFLOW_CONN_HUAWEI_CLOUD" in found


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        pytest.param(
            lambda _: "not: [a kubeconfig",
            "target.cluster: kubeconfig of the target cluster: it is not YAML",
            id="not YAML",
        ),
        pytest.param(
            lambda text: json.dumps(_with_user(text, lab_documents()["source_cluster"])),
            "renew the kubeconfig",
            id="the certificate of another cluster",
        ),
        pytest.param(
            lambda text: text.replace(":6443", ":6444"),
            "no answer from https://198.18.2.10:6444",
            id="nobody listens",
        ),
    ],
)
def test_a_wrong_kubeconfig_is_told(spoil: Callable[[str], str], expected: str, tmp_path: Path) -> None:
    documents = lab_documents()
    text = documents["target_cluster"]["extra"]["kube_config"]
    documents["target_cluster"]["extra"]["kube_config"] = spoil(text)
    assert any(expected in problem for problem in problems_of(tmp_path, documents))


def _with_user(text: str, other: dict[str, Any]) -> dict[str, Any]:
    config, stranger = json.loads(text), json.loads(other["extra"]["kube_config"])
    return {**config, "users": [{**config["users"][0], "user": stranger["users"][0]["user"]}]}


def test_the_source_cannot_be_its_own_target(tmp_path: Path) -> None:
    documents = lab_documents()
    documents["target_cluster"] = copy.deepcopy(documents["source_cluster"])
    one(problems_of(tmp_path, documents), "target cluster: is the source cluster itself")


@pytest.mark.parametrize("connection", PASSWORDS)
def test_a_wrong_password_is_told_without_showing_it(connection: str, tmp_path: Path) -> None:
    documents = lab_documents()
    wrong = "d3Jvbmctd3Jvbmctd3Jvbmctd3Jvbmc="
    documents[connection]["password"] = wrong
    problems = problems_of(tmp_path, documents)
    assert any(PASSWORDS[connection] in problem for problem in problems), problems
    assert wrong not in str(problems)


def test_all_wrong_passwords_are_told_at_once(tmp_path: Path) -> None:
    documents = lab_documents()
    for connection in PASSWORDS:
        documents[connection]["password"] = "d3Jvbmctd3Jvbmctd3Jvbmctd3Jvbmc="
    problems = problems_of(tmp_path, documents)
    missing = [text for text in PASSWORDS.values() if not any(text in problem for problem in problems)]
    assert missing == []


def test_a_target_bucket_with_strange_objects_is_left_alone(tmp_path: Path) -> None:
    client = open_storage(DocumentConnections(lab_documents()).object_storage("obs"))
    client.create_bucket(Bucket="somebody-elses")
    client.put_object(Bucket="somebody-elses", Key="precious", Body=b"precious")
    try:
        wanted = lab_definition(
            lambda document: document["buckets"][0]["target"].update(bucket="somebody-elses")
        )
        one(
            problems_of(tmp_path, lab_documents(), wanted),
            "bucket somebody-elses",
            "empty it, or name another",
        )
        assert client.get_object(Bucket="somebody-elses", Key="precious")["Body"].read() == b"precious"
    finally:
        client.delete_object(Bucket="somebody-elses", Key="precious")
        client.delete_bucket(Bucket="somebody-elses")


@pytest.mark.parametrize(("index", "engine"), [(0, "postgresql"), (1, "mariadb")])
def test_a_target_database_with_strange_tables_is_left_alone(index: int, engine: Any, tmp_path: Path) -> None:
    wanted = lab_definition(lambda document: document["databases"][index].update(database="strangers"))
    access = DocumentConnections(lab_documents()).database(wanted.databases[index].target, engine)
    with open_database(access) as cursor:
        cursor.execute("create database strangers")
    try:
        with open_database(access, "strangers") as cursor:
            cursor.execute("create table precious (id int)")
        problems = problems_of(tmp_path, lab_documents(), wanted)
        one(problems, f"database {wanted.databases[index].name}, target", "strangers holds 1 tables")
    finally:
        with open_database(access) as cursor:
            cursor.execute("drop database strangers")


def test_a_namespace_that_does_not_exist_is_told(tmp_path: Path) -> None:
    wanted = lab_definition(lambda document: document["source"]["namespaces"].append("nowhere"))
    one(
        problems_of(tmp_path, lab_documents(), wanted),
        "namespace nowhere, source cluster: does not exist",
    )


def older(path: str, answer: dict[str, Any]) -> None:
    if path.startswith("/version"):
        answer.update(minor="33", gitVersion="v1.33.1")


def small(path: str, answer: dict[str, Any]) -> None:
    if path.startswith("/api/v1/nodes"):
        for node in answer["items"]:
            node["status"]["allocatable"].update(cpu="100m", memory="64Mi")


def late(path: str, answer: dict[str, Any]) -> None:
    if "dryRun=All" in path and answer.get("kind") == "ConfigMap":
        answer["metadata"]["creationTimestamp"] = "2020-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        pytest.param(older, ["runs Kubernetes v1.33.1, older than the source's v1.34.4"], id="older"),
        pytest.param(small, ["target cluster: the pods need", "(memory)", "add nodes"], id="too small"),
        pytest.param(
            late, ["target cluster: its clock is", "behind the worker's; set both by NTP"], id="late"
        ),
    ],
)
def test_a_target_that_does_not_do_is_told(change: Change, parts: list[str], tmp_path: Path) -> None:
    documents = lab_documents()
    with ExitStack() as stack:
        kubeconfig = documents["target_cluster"]["extra"]["kube_config"]
        documents["target_cluster"]["extra"]["kube_config"] = stack.enter_context(
            tampered(kubeconfig, change)
        )
        one(problems_of(tmp_path, documents), *parts)
