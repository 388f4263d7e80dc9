"""The source of a migration is retired: it stands still, nothing of ours is left on either side, and all of it is certified.

These tests come last: no other can use the source after them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from include.connections import DocumentConnections
from include.planning.database_client import database_size, one_value
from include.planning.storage_client import list_objects, open_storage
from lab.clusters.api import ClusterApi
from tests.builders.definitions import definition as lab_definition

from .conftest import LEDGER, Outcome, read
from .live_runs import LiveRun
from .sides import KUBECONFIGS, lab_documents
from .test_secrets import forms

pytestmark = pytest.mark.lab

DAG = "retire_source"
SECONDS = 300
OURS = (
    "/api/v1/namespaces",
    "/api/v1/secrets",
    "/api/v1/configmaps",
    "/apis/batch/v1/jobs",
    "/apis/networking.k8s.io/v1/networkpolicies",
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
)
PROVED = {
    "fence/source",
    "quiet/front door of the source",
    "quiet/namespaces of the source",
    "quiet/database shop-orders of the source",
    "quiet/database warehouse-stock of the source",
    "quiet/bucket product-pictures of the source",
    "backup/source",
    "installation/source",
    "installation/target",
    "installation/databases",
    "installation/buckets",
}


@dataclass(frozen=True)
class Retired:
    """What a retirement left behind, and how it ended."""

    state: str
    run_id: str
    outcome: Outcome


@pytest.fixture(scope="module")
def retired(migration: Outcome) -> Retired:
    assert migration.exit_code == 0
    with LiveRun("asked", dag=DAG) as run:
        state = run.wait_for_end(SECONDS)
        return Retired(state, run.run.run_id, Outcome(0, "", folder_of(run.run.run_id)))


def folder_of(run_id: str) -> Path:
    """Return the ledger's folder of the migration run that a retirement took up."""
    (note,) = [path for path in LEDGER.glob("*/continued-by/*.json") if read(path)["by"] == f"{DAG}/{run_id}"]
    return note.parents[1]


def test_the_report_certifies_the_retirement(retired: Retired) -> None:
    report = retired.outcome.report
    proofs = retired.outcome.documents("proofs/source_retirement").values()

    assert (retired.state, report["result"]) == ("success", "succeeded")
    assert {proof["key"]: proof["equal"] for proof in proofs} == dict.fromkeys(PROVED, True)
    assert report["certificate"]["backup"]["objects"]["keep_until"] > report["finished"]
    assert {row["kind"] for row in report["certificate"]["costs"]} >= {
        "node",
        "volume",
        "database server",
        "bucket",
        "bucket of Velero",
    }


def test_the_source_stands_still_and_the_target_serves(retired: Retired) -> None:
    with ClusterApi(KUBECONFIGS["source"]) as api:
        pods = [pod for name in ("shop", "warehouse") for pod in api.items(f"/api/v1/namespaces/{name}/pods")]
    living = [
        pod["metadata"]["name"] for pod in pods if pod["status"]["phase"] not in {"Succeeded", "Failed"}
    ]

    assert retired.state == "success"
    assert living == []
    assert httpx.get("http://shop.lab/").status_code == 200
    assert httpx.get("http://shop.lab/products/1/picture").status_code == 200


def test_nothing_of_ours_is_left_in_either_cluster(retired: Retired) -> None:
    assert retired.state == "success"
    assert [name for side in KUBECONFIGS for name in ours_in(side)] == []


def ours_in(side: str) -> Iterator[str]:
    with ClusterApi(KUBECONFIGS[side]) as api:  # type: ignore[index]
        for path in OURS:
            for one in api.items(path):
                name, labels = one["metadata"]["name"], one["metadata"].get("labels") or {}
                if "cce-migration" in labels or name == "velero" or name.endswith(".velero.io"):
                    yield f"{path.rpartition('/')[2]} {name}, {side}"


def test_nothing_of_ours_is_left_in_databases_and_buckets(retired: Retired) -> None:
    assert retired.state == "success"
    connections, definition = DocumentConnections(lab_documents()), lab_definition()
    for database in definition.databases:
        assert database_size(connections.database(database.target, database.engine), "cce_migration") is None
    source = connections.database("source_postgres", "postgresql")
    for query in ("select count(*) from pg_replication_slots", "select count(*) from pg_publication"):
        assert one_value(source, query, database="shop") == 0
    for bucket in definition.buckets:
        client = open_storage(connections.object_storage(bucket.target.connection))
        keys = [key for key, _ in list_objects(client, bucket.target.bucket)]
        assert keys
        assert [key for key in keys if key.startswith(".cce-migration")] == []


def test_the_last_backup_stays_in_its_bucket(retired: Retired) -> None:
    backup = retired.outcome.report["certificate"]["backup"]["objects"]
    client = open_storage(DocumentConnections(lab_documents()).object_storage("obs"))
    keys = {key for key, _ in list_objects(client, backup["bucket"])}

    assert f"{backup['prefix']}/backups/{backup['backup']}/{backup['backup']}.tar.gz" in keys


def test_the_evidence_is_checked_by_what_lies_in_it(retired: Retired, tmp_path: Path) -> None:
    bundle = retired.outcome.folder / "evidence.tar"
    with tarfile.open(bundle) as archive:
        names = archive.getnames()
        archive.extract("verify.py", tmp_path, filter="data")
    key = retired.outcome.report["evidence"]["fingerprint"]
    command = [sys.executable, "-I", "-S", str(tmp_path / "verify.py"), str(bundle), "--key", key]
    done = subprocess.run(command, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout
    for dag in (DAG, "migrate_to_cce"):
        assert [name for name in names if name.startswith(f"logs/dag_id={dag}/")]
    content = bundle.read_bytes()
    assert [name for name, secret in forms().items() if secret in content] == []


def test_a_source_that_is_retired_is_not_retired_again(retired: Retired) -> None:
    before = certificate(retired), retired.outcome.report
    with LiveRun("again", dag=DAG) as run:
        assert run.wait_for_end(SECONDS) == "failed"
        assert "its source was retired at" in run.log("source_retirement.begin_retirement")
    assert (certificate(retired), retired.outcome.report) == before


def certificate(retired: Retired) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        (retired.outcome.folder / "retirement" / "certificate.json").read_text()
    )
    return document
