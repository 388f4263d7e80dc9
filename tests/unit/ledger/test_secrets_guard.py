"""No secret enters the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from include.errors import SecretInLedgerError
from include.ledger import register_secret
from include.ledger.secrets_guard import forget_secrets
from tests.builders.connections import connections
from tests.builders.runs import item, ledger

SECRET = 'pa"ss-wörd/1234'


@pytest.fixture(autouse=True)
def _no_secrets() -> Iterator[None]:
    forget_secrets()
    yield
    forget_secrets()


@pytest.mark.parametrize(
    ("document", "place"),
    [
        pytest.param({"a": [{"b": SECRET}]}, "at a[0].b;", id="a value"),
        pytest.param({"url": f"postgres://root:{SECRET}@host/db"}, "at url;", id="part of a value"),
        pytest.param({"a": {SECRET: 1}}, "at a key;", id="a key"),
    ],
)
def test_a_document_with_a_secret_is_refused_without_showing_it(
    document: dict[str, Any], place: str, tmp_path: Path
) -> None:
    register_secret(SECRET)
    book = ledger(tmp_path)

    with pytest.raises(SecretInLedgerError) as caught:
        book.write("inventory/secrets", document)

    assert "ledger document inventory/secrets would carry a secret" in str(caught.value)
    assert place in str(caught.value)
    assert SECRET not in str(caught.value)
    assert not book.exists("inventory/secrets")


def test_a_short_secret_is_refused_alone_but_not_inside_words(tmp_path: Path) -> None:
    register_secret("postgres")
    book = ledger(tmp_path)
    book.write("inventory", {"image": "library/postgres:15"})

    with pytest.raises(SecretInLedgerError):
        book.write("plan", {"password": "postgres"})


def test_an_item_whose_error_quotes_a_secret_is_refused(tmp_path: Path) -> None:
    register_secret(SECRET)

    with pytest.raises(SecretInLedgerError, match="items/obs_sync/one"):
        ledger(tmp_path).record_item("obs_sync", item(action="failed", error=f"login {SECRET} refused"))


def test_the_secrets_of_every_connection_are_known_once_it_is_used(tmp_path: Path) -> None:
    known = connections()
    known.cluster("source_cluster", "source")
    known.registry("source_registry")
    known.object_storage("obs")
    known.database("target_mariadb", "mariadb")
    known.dns("dns")
    known.password("volume_repository")
    book = ledger(tmp_path)

    for secret in (
        "a-token-of-the-tests",
        "registry-password-of-the-tests",
        "secret-key-of-the-tests",
        "database-password-of-the-tests",
        "dHNpZy1rZXktb2YtdGhlLXRlc3Rz",
        "repository-password-of-the-tests",
    ):
        with pytest.raises(SecretInLedgerError):
            book.write("plan", {"value": secret})


def test_a_page_for_people_is_guarded_too(tmp_path: Path) -> None:
    register_secret(SECRET)

    with pytest.raises(SecretInLedgerError, match=r"report\.html"):
        ledger(tmp_path).write_text("report.html", f"<p>{SECRET}</p>")
