"""Whatever is done to a bundle is found, and told in words."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from include.evidence import verify
from include.evidence.signing import SigningKey, signing_key
from include.evidence.verify import is_signed, main, pack
from include.report.rows import UNTOUCHED
from include.run import MigrationRun

MANY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
REPORT = "ledger/report.json"
PROOF = "ledger/proofs/obs_sync/one.json"

Change = Callable[[dict[str, Any]], object]


def write(files: dict[str, bytes], place: Path) -> Path:
    with place.open("wb") as archive:
        pack(files.items(), archive)
    return place


def signed_again(files: dict[str, bytes], key: SigningKey) -> dict[str, bytes]:
    """Be somebody who has the key, and hides a change."""
    left = {name: text for name, text in files.items() if name not in {verify.MANIFEST, verify.SIGNATURE}}
    left[verify.KEY] = key.public_pem
    manifest = json.loads(files[verify.MANIFEST])
    manifest["files"] = {name: hashlib.sha256(text).hexdigest() for name, text in left.items()}
    text = json.dumps(manifest).encode()
    return {**left, verify.MANIFEST: text, verify.SIGNATURE: key.sign(text)}


def changed(files: dict[str, bytes], name: str, change: Change) -> dict[str, bytes]:
    document = json.loads(files[name])
    change(document)
    return {**files, name: json.dumps(document).encode()}


def test_a_bundle_that_nobody_touched_is_true(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(bundle)]) == 0
    assert capsys.readouterr().out.startswith("TRUE: ")


def test_the_command_that_ships_in_the_bundle_checks_it_with_nothing_but_python(
    bundle: Path, tmp_path: Path
) -> None:
    shutil.unpack_archive(bundle, tmp_path / "unpacked")
    command = [sys.executable, "-I", "-S", "verify.py"]
    for _ in range(2):
        done = subprocess.run(command, cwd=tmp_path / "unpacked", capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


def test_openssl_agrees_with_the_signature(bundle: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(bundle, tmp_path / "unpacked")
    command = (
        "openssl pkeyutl -verify -pubin -inkey public_key.pem -rawin -in manifest.json -sigfile manifest.sig"
    )
    assert subprocess.run(command.split(), cwd=tmp_path / "unpacked", capture_output=True).returncode == 0


@MANY
@given(data=st.data())
def test_any_changed_byte_of_the_archive_is_found(bundle: Path, tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(bundle.read_bytes())
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    (tmp_path / "changed.tar").write_bytes(whole)

    assert main([str(tmp_path / "changed.tar")]) != 0


@MANY
@given(data=st.data())
def test_any_changed_byte_of_an_unpacked_file_is_found(
    files: dict[str, bytes], tmp_path: Path, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(files)))
    content = bytearray(files[name])
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))

    assert verify.check({**files, name: bytes(content)}) != []


@MANY
@given(cut=st.integers(1, 30000), more=st.binary(max_size=3))
def test_an_archive_that_was_cut_or_grew_is_found(
    bundle: Path, tmp_path: Path, cut: int, more: bytes
) -> None:
    whole = bundle.read_bytes()
    (tmp_path / "changed.tar").write_bytes(whole + more if more else whole[: -min(cut, len(whole))])

    assert main([str(tmp_path / "changed.tar")]) != 0


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        pytest.param(
            lambda files: files | {PROOF: b"{}"}, verify.CHANGED, f"{PROOF}: was changed", id="changed"
        ),
        pytest.param(
            lambda files: {name: text for name, text in files.items() if name != PROOF},
            verify.MISSING,
            f"{PROOF}: is missing",
            id="missing",
        ),
        pytest.param(
            lambda files: files | {"logs/x.log": b"x"}, verify.ADDED, "logs/x.log: was added", id="added"
        ),
        pytest.param(
            lambda files: files | {verify.SIGNATURE: bytes(64)},
            verify.FORGED,
            "does not fit",
            id="wrong signature",
        ),
        pytest.param(
            lambda files: {name: text for name, text in files.items() if name != verify.SIGNATURE},
            verify.MISSING,
            "manifest.sig: is missing",
            id="no signature",
        ),
    ],
)
def test_each_change_has_its_exit_code_and_its_words(
    change: Callable[[dict[str, bytes]], dict[str, bytes]],
    code: int,
    words: str,
    files: dict[str, bytes],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([str(write(change(files), tmp_path / "changed.tar"))]) == code
    assert words in capsys.readouterr().out


def test_a_bundle_that_somebody_else_signed_is_told_by_the_key_that_is_expected(
    run: MigrationRun, files: dict[str, bytes], tmp_path: Path
) -> None:
    stranger = SigningKey(Ed25519PrivateKey.generate(), "a test")
    place = str(write(signed_again(files, stranger), tmp_path / "stranger.tar"))

    assert main([place]) == 0
    assert main([place, "--key", signing_key(run).fingerprint]) == verify.FORGED
    assert main([place, "--key", stranger.fingerprint]) == 0


def item_of(report: dict[str, Any]) -> dict[str, Any]:
    return next(one for one in report["items"] if one["action"] == "copied")


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        pytest.param(
            PROOF,
            lambda one: one.update(equal=False, target="other"),
            "says more than its proofs",
            id="proof",
        ),
        pytest.param(REPORT, lambda one: item_of(one)["proof"].update(source="x"), "says more", id="value"),
        pytest.param(REPORT, lambda one: item_of(one).update(bytes=8), "says more", id="bytes"),
        pytest.param(REPORT, lambda one: one["items"].append(item_of(one)), "says more", id="an item twice"),
        pytest.param(REPORT, lambda one: one["items"].pop(), "leaves out", id="an item less"),
        pytest.param(REPORT, lambda one: one["phases"][0].update(items=9), "counts 9 items", id="count"),
        pytest.param(
            REPORT,
            lambda one: item_of(one).update(waiver={"by": "nobody", "reason": "none"}),
            "nobody recorded the waiver",
            id="waiver",
        ),
        pytest.param(REPORT, lambda one: one["downtime"].update(seconds=0.1), "is not one", id="downtime"),
        pytest.param(REPORT, lambda one: one.update(downtime=None), "is not one", id="no downtime"),
    ],
)
def test_a_report_that_says_more_than_its_proofs_is_found_even_when_it_is_signed(
    name: str,
    change: Change,
    words: str,
    run: MigrationRun,
    files: dict[str, bytes],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    forged = signed_again(changed(files, name, change), signing_key(run))

    assert main([str(write(forged, tmp_path / "forged.tar"))]) == verify.OVERSTATED
    assert words in capsys.readouterr().out


def test_a_success_with_an_unequal_proof_is_found_when_report_and_proof_agree(
    run: MigrationRun, files: dict[str, bytes]
) -> None:
    forged = changed(files, PROOF, lambda one: one.update(equal=False))
    forged = changed(forged, REPORT, lambda one: item_of(one)["proof"].update(equal=False))

    problems = verify.check(signed_again(forged, signing_key(run)))
    assert [code for code, _ in problems] == [verify.OVERSTATED]
    assert "has no equal proof and no waiver" in problems[0][1]


def test_a_success_with_a_failed_task_is_found(run: MigrationRun, files: dict[str, bytes]) -> None:
    failure = json.dumps({"task": "a", "resolved": None}).encode()
    problems = verify.check(signed_again(files | {"ledger/failures/a.json": failure}, signing_key(run)))
    assert [text for _, text in problems] == ["report: says succeeded, but task a failed"]


def test_what_is_no_bundle_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.tar")]) == verify.NO_BUNDLE
    assert "is no evidence bundle" in capsys.readouterr().out


def test_both_know_the_same_phases_as_untouched() -> None:
    mine = {kind: frozenset(phases) for kind, phases in verify.UNTOUCHED.items()}
    assert mine | {"assessment": UNTOUCHED["assessment"]} == UNTOUCHED


@settings(max_examples=60, deadline=None)
@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=100), bit=st.integers(0, 511))
def test_signatures_are_those_of_the_library(seed: bytes, message: bytes, bit: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    other = bytearray(signature)
    other[bit // 8] ^= 1 << bit % 8

    assert is_signed(public, signature, message)
    assert not is_signed(public, bytes(other), message)
    assert not is_signed(public, signature, message + b"x")
