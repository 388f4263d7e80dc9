"""Give movers that stand by a key of the repository that opens at once, and take it back.

The repository's own key is stretched: opening it takes a processor for a third of a second, for each mover on both sides, while customers
wait. See docs/decisions/0046.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from include.errors import MigrationError, PermanentError
from include.ledger.records import now
from include.ledger.secrets_guard import register_secret
from include.volumes.repository import (
    bucket_answers,
    open_bucket,
    read_object,
    repository_prefix,
    repository_secrets,
    write_object,
)
from include.volumes.restic_keys import open_key, seal_key

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

PASSWORD_BYTES = 32
# What `restic key list` shows of them, and what tells them from everybody else's.
USERNAME = "cce-migration-standby"

Document = dict[str, Any]


def standby_secrets(run: MigrationRun) -> dict[str, str]:
    """Return the secret part of the environment of movers that stand by; with a new key when one can be made."""
    known = repository_secrets(run)
    try:
        return known | _make_key(run, known["RESTIC_PASSWORD"])
    except MigrationError as error:
        logger.warning(
            "Movers that stand by open the repository by its own key, which takes longer: %s", error
        )
        return known


def remove_standby_keys(run: MigrationRun) -> int:
    """Remove the keys of movers that stood by; return how many there were.

    :raises TemporaryError: when the bucket does not answer.
    """
    found = [name for name, document in _keys(run) if document.get("username") == USERNAME]
    for name in found:
        with bucket_answers(run, name):
            open_bucket(run).delete_object(Bucket=run.definition.volumes.bucket, Key=name)
    return len(found)


def _make_key(run: MigrationRun, password: str) -> dict[str, str]:
    quick = secrets.token_urlsafe(PASSWORD_BYTES)
    register_secret(quick)
    labels = {"created": now(), "username": USERNAME, "hostname": run.short_id}
    key_id, body = seal_key(_master(run, password), quick, labels)
    name = f"{_folder(run)}{key_id}"
    write_object(run, name, body)
    return {"RESTIC_PASSWORD": quick, "RESTIC_KEY_HINT": key_id}


def _master(run: MigrationRun, password: str) -> bytes:
    for _, document in _keys(run):
        if document.get("username") != USERNAME and (master := open_key(document, password)):
            return master
    raise PermanentError(
        "no key of the volumes' repository opens with the password of the connection volumes.repository; "
        "correct it, and look with `restic key list`"
    )


def _keys(run: MigrationRun) -> Iterator[tuple[str, Document]]:
    bucket, folder = run.definition.volumes.bucket, _folder(run)
    client = open_bucket(run)
    with bucket_answers(run, folder):
        # restic itself looks at twenty keys.
        try:
            listed = client.list_objects_v2(Bucket=bucket, Prefix=folder).get("Contents") or []
        except client.exceptions.NoSuchBucket:
            return
    for name in (str(row["Key"]) for row in listed):
        yield name, _document(read_object(run, name))


def _document(body: bytes | None) -> Document:
    try:
        document = json.loads(body or b"")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _folder(run: MigrationRun) -> str:
    return f"{repository_prefix(run)}/keys/"
