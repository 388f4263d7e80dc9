"""Key files are read as restic writes them, and written so that only their password opens them."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from include.errors import PermanentError
from include.volumes.restic_keys import open_key, seal_key

# Made by restic 0.18.1 for an empty repository with this password.
PASSWORD = "abc"
MADE_BY_RESTIC = {
    "created": "2026-11-28T06:26:09.596283251Z",
    "username": "root",
    "hostname": "vm",
    "kdf": "scrypt",
    "N": 16384,
    "r": 8,
    "p": 5,
    "salt": "CoBUMg9NH4pm4vrfNrjHXGf8efXognYLJKLS9B95M1LFQ9RWLxUOUrxRbrfWd+kLcgHg/tSjmxcWIgmHzCaxUA==",
    "data": (
        "HMR7Cr3+6i7hNnmrr0InH1tFnVIM1QA3nLE8tZA6H3tzNLhjiVXDPDLPiDpFHR4KR/+1QWst/vi/CaU5QW7iQBiqaqUKuDyHgKZ37fQGVV95WgtsG/SyLpz4"
        "RsxbMUpo36L9vTowTChP6hxIUJBqFj2n4koWUW35C0LaO9VN6a08Dm+qlum/GnSxjoK0P3Z5YdbgwSvtxBMtffpahHiXZg=="
    ),
}
LABELS = {"created": "2026-11-28T06:30:00Z", "username": "one", "hostname": "two"}


def test_the_master_keys_of_a_key_that_restic_made_are_read() -> None:
    master = json.loads(open_key(MADE_BY_RESTIC, PASSWORD) or b"")
    assert set(master) == {"mac", "encrypt"}
    assert set(master["mac"]) == {"k", "r"}


def test_another_password_opens_nothing() -> None:
    assert open_key(MADE_BY_RESTIC, "abd") is None


def test_what_was_sealed_is_opened_by_its_password_alone_and_named_by_its_text() -> None:
    key_id, body = seal_key(b"master", "a long random password", LABELS)
    document = json.loads(body)
    assert key_id == hashlib.sha256(body).hexdigest()
    assert document.items() >= LABELS.items()
    assert open_key(document, "a long random password") == b"master"
    assert open_key(document, "another") is None


def test_no_two_keys_are_alike() -> None:
    first, second = (json.loads(seal_key(b"master", "same", LABELS)[1]) for _ in range(2))
    assert first["salt"] != second["salt"]
    assert first["data"] != second["data"]


@pytest.mark.parametrize(
    "change",
    [{"salt": None}, {"N": 3}, {"data": "&"}, {"N": 2**30}],
    ids=["no salt", "bad cost", "no text", "too costly"],
)
def test_what_is_no_key_file_is_told(change: dict[str, Any]) -> None:
    with pytest.raises(PermanentError, match="restic key list"):
        open_key(MADE_BY_RESTIC | change, PASSWORD)
