"""Know the restic repository of a migration, and what a mover has to be told of it."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from include.connections import ObjectStorageAccess
from include.errors import TemporaryError
from include.planning.storage_client import error_code, open_storage

if TYPE_CHECKING:
    from include.run import MigrationRun

DELIVERED_FOLDER = "delivered"


def repository_prefix(run: MigrationRun) -> str:
    """Return the folder of the repository in its bucket."""
    return f"restic/{run.definition.name}"


def repository_settings(run: MigrationRun) -> dict[str, str]:
    """Return the environment of a mover without secrets."""
    volumes = run.definition.volumes
    access = run.connections.object_storage(volumes.connection)
    return {
        "RESTIC_REPOSITORY": f"s3:{access.endpoint_url.rstrip('/')}/{volumes.bucket}/{repository_prefix(run)}",
        "AWS_DEFAULT_REGION": access.region,
        "BUCKET_LOOKUP": "path" if access.addressing_style == "path" else "dns",
        "RESTIC_PROGRESS_FPS": "0.2",
    }


def repository_secrets(run: MigrationRun) -> dict[str, str]:
    """Return the secret part of the environment; it goes into a Secret that lives as long as the mover."""
    volumes = run.definition.volumes
    access = run.connections.object_storage(volumes.connection)
    return {
        "RESTIC_PASSWORD": run.connections.password(volumes.repository),
        "AWS_ACCESS_KEY_ID": access.access_key,
        "AWS_SECRET_ACCESS_KEY": access.secret_key,
    }


def has_repository(run: MigrationRun) -> bool:
    """Say whether the repository was made.

    :raises TemporaryError: when the bucket does not tell.
    """
    return read_object(run, f"{repository_prefix(run)}/config") is not None


def reach_repository(run: MigrationRun) -> None:
    """Ask for the repository as the last changes of volumes will.

    :raises TemporaryError: when the bucket does not tell.
    """
    has_repository(run)
    repository_secrets(run)


def read_delivered(run: MigrationRun, claim: str) -> dict[str, Any] | None:
    """Return what an earlier final pass delivered of a claim, in whichever run, or None."""
    body = read_object(run, _delivered_key(run, claim))
    document = json.loads(body) if body else None
    return document if isinstance(document, dict) else None


def write_delivered(run: MigrationRun, claim: str, document: dict[str, Any]) -> None:
    """Note beside the repository what was delivered, for later runs."""
    write_object(run, _delivered_key(run, claim), json.dumps(document).encode())


def read_object(run: MigrationRun, key: str) -> bytes | None:
    """Return an object of the repository's bucket, or None when it is not there.

    :raises TemporaryError: when the bucket does not tell.
    """
    from botocore.exceptions import ClientError

    with bucket_answers(run, key):
        try:
            body = open_bucket(run).get_object(Bucket=run.definition.volumes.bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error_code(error) in {"NoSuchKey", "404"}:
                return None
            raise
    return bytes(body)


def write_object(run: MigrationRun, key: str, body: bytes) -> None:
    """Write a JSON text into the repository's bucket.

    :raises TemporaryError: when the bucket does not take it.
    """
    with bucket_answers(run, key):
        open_bucket(run).put_object(
            Bucket=run.definition.volumes.bucket, Key=key, Body=body, ContentType="application/json"
        )


def _delivered_key(run: MigrationRun, claim: str) -> str:
    return f"{DELIVERED_FOLDER}/{run.definition.name}/{claim}.json"


@contextmanager
def bucket_answers(run: MigrationRun, key: str) -> Generator[None]:
    """Tell an object of the repository's bucket that cannot be reached.

    :raises TemporaryError: in the place of every error of the object storage.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise TemporaryError(
            f"object {key} of bucket {run.definition.volumes.bucket}: cannot be reached ({error_code(error)}); look whether the "
            "object storage answers, and at the rights of volumes.connection"
        ) from error


def open_bucket(run: MigrationRun) -> Any:
    """Return a client of the object storage that the repository lies in."""
    return _client(run.connections.object_storage(run.definition.volumes.connection))


@cache
def _client(access: ObjectStorageAccess) -> Any:
    """Return the same client to every thread: to make one takes longer than a request."""
    return open_storage(access)
