"""What lies in a bundle, who signs it, and what never gets into it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from include.connections import DocumentConnections
from include.errors import ConnectionDetailsError, SecretInLedgerError
from include.evidence import write_bundle
from include.evidence.signing import OWN, PASSING, signing_key
from include.evidence.verify import read_bundle
from include.ledger import register_secret
from include.ledger.secrets_guard import forget_secrets
from include.report import write_report
from include.run import MigrationRun
from tests.builders.definitions import definition
from tests.builders.runs import run as lab_run

SECRET = "a-secret/with signs\nand lines"


@pytest.fixture(autouse=True)
def _no_secrets_afterwards() -> Iterator[None]:
    yield
    forget_secrets()


def with_key(folder: Path, password: str) -> MigrationRun:
    documents = {"evidence_key": {"conn_type": "generic", "password": password}}
    return lab_run(
        folder,
        definition=definition(lambda document: document.update(evidence={"key": "evidence_key"})),
        connections=DocumentConnections(documents),
    )


def test_everything_recorded_is_in_it_with_the_logs(files: dict[str, bytes]) -> None:
    recorded = {"definition", "plan", "report", "items/obs_sync/one", "proofs/obs_sync/one", "evidence/key"}
    assert {f"ledger/{name}.json" for name in recorded} <= files.keys()
    assert files["logs/dag_id=a/task_id=b/attempt=1.log"] == b"it went well\n"
    assert {"README.txt", "verify.py", "public_key.pem", "ledger/report.html"} <= files.keys()
    named = json.loads(files["manifest.json"])["files"].keys()
    assert named == files.keys() - {"manifest.json", "manifest.sig"}


def test_the_same_record_makes_the_same_bytes(run: MigrationRun, bundle: Path, log: Path) -> None:
    before = bundle.read_bytes()
    log.touch()
    write_bundle(run, [("dag_id=a/task_id=b/attempt=1.log", log)])
    assert bundle.read_bytes() == before


@pytest.mark.parametrize(
    "written",
    [SECRET, json.dumps(SECRET), "a-secret%2Fwith%20signs%0Aand%20lines"],
    ids=["as it is", "in JSON", "in a URL"],
)
def test_a_secret_in_a_log_is_masked_and_the_log_named(run: MigrationRun, log: Path, written: str) -> None:
    register_secret(SECRET)
    log.write_text(f"login with {written}!\n")
    files, _ = read_bundle(Path(write_bundle(run, [("b.log", log)])))

    assert b"secret" not in files["logs/b.log"]
    assert b"***" in files["logs/b.log"]
    assert json.loads(files["manifest.json"])["masked_logs"] == ["b.log"]


def test_secrets_of_all_connections_are_looked_for(run: MigrationRun, log: Path) -> None:
    access = run.connections.object_storage("obs")
    forget_secrets()
    log.write_text(f"login with {access.secret_key}\n")
    files, _ = read_bundle(Path(write_bundle(run, [("b.log", log)])))

    assert access.secret_key.encode() not in files["logs/b.log"]


def test_a_secret_in_the_ledger_ends_the_bundling(run: MigrationRun) -> None:
    run.ledger.write("note", {"login": "not-known-as-a-secret"})
    register_secret("not-known-as-a-secret")
    with pytest.raises(SecretInLedgerError, match=r"note\.json carries a secret"):
        write_bundle(run)
    assert not Path(run.ledger.path("evidence")).with_suffix(".tar").exists()


def test_a_migration_signs_all_its_runs_with_one_key_of_its_own(tmp_path: Path) -> None:
    one, other = lab_run(tmp_path / "a"), lab_run(tmp_path / "b")
    renamed = lab_run(tmp_path / "c", definition=definition(lambda document: document.update(name="other")))

    assert signing_key(one).origin == OWN
    assert signing_key(one).fingerprint == signing_key(other).fingerprint
    assert signing_key(one).fingerprint != signing_key(renamed).fingerprint


def test_the_report_names_the_key(run: MigrationRun, bundle: Path) -> None:
    report = write_report(run.ledger, "migration", "succeeded")
    key = signing_key(run)
    assert report["evidence"] == {
        "fingerprint": key.fingerprint,
        "public_key": key.public_pem.decode(),
        "origin": OWN,
    }


def test_without_a_password_a_key_is_made_that_nobody_keeps(tmp_path: Path) -> None:
    run = lab_run(tmp_path, connections=DocumentConnections({}))
    assert signing_key(run).origin == PASSING
    assert signing_key(run).fingerprint != signing_key(run).fingerprint


@pytest.mark.parametrize("form", ["pem", "base64"])
def test_the_key_of_a_connection_signs(form: str, tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    password = pem.decode() if form == "pem" else base64.b64encode(key.private_bytes_raw()).decode()

    signer = signing_key(with_key(tmp_path, password))
    assert signer.private.public_key() == key.public_key()
    assert signer.origin == "connection evidence_key"
    assert password not in repr(signer)


@pytest.mark.parametrize("password", ["not a key", "bm90IGEga2V5", "-----BEGIN X-----\nnot\n-----END X-----"])
def test_what_is_no_key_is_refused_without_telling_it(password: str, tmp_path: Path) -> None:
    with pytest.raises(ConnectionDetailsError, match="openssl genpkey") as refusal:
        signing_key(with_key(tmp_path, password))
    assert password not in str(refusal.value)
