from __future__ import annotations

from pathlib import Path

import pytest

from include.errors import PermanentError
from include.ledger import open_failures, record_failure, register_secret, resolve_failure
from include.ledger.secrets_guard import forget_secrets
from tests.builders.runs import ledger


def test_a_failure_is_open_until_a_retry_succeeds(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    record_failure(book, "swr_image_sync.copy_images 2", "swr_image_sync", PermanentError("refused"))
    assert [(row["task"], row["error"]) for row in open_failures(book)] == [
        ("swr_image_sync.copy_images 2", "refused")
    ]
    resolve_failure(book, "swr_image_sync.copy_images 2")
    assert open_failures(book) == []


def test_what_never_failed_has_nothing_to_resolve(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    resolve_failure(book, "obs_sync.copy_buckets")
    assert book.list("failures") == []


@pytest.fixture
def _no_secrets_left() -> object:
    yield
    forget_secrets()


@pytest.mark.usefixtures("_no_secrets_left")
def test_a_failure_whose_text_has_a_secret_is_recorded_without_it(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    register_secret("a-very-secret-password")
    record_failure(book, "t", "obs_sync", PermanentError("login with a-very-secret-password failed"))
    (row,) = open_failures(book)
    assert "a-very-secret-password" not in str(row)
    assert row["task"] == "t"
