"""Read what Velero left in its bucket; never trust a phase alone."""

from __future__ import annotations

import gzip
import json
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from include.errors import PermanentError, TemporaryError

if TYPE_CHECKING:
    from include.run import MigrationRun


class BackupBucket:
    """Look below the migration's prefix of the backup bucket."""

    def __init__(self, client: Any, bucket: str, prefix: str) -> None:
        self._client = client
        self.bucket = bucket
        self.prefix = prefix

    def sizes(self, folder: str) -> dict[str, int]:
        """Return key -> bytes of every object below a folder.

        :raises TemporaryError: when it cannot be listed.
        """
        prefix = f"{self.prefix}/{folder.strip('/')}/"
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        with self._asked(f"folder {prefix}"):
            entries = [entry for page in pages for entry in page.get("Contents") or []]
        return {str(entry["Key"]): int(entry["Size"]) for entry in entries}

    def read_json(self, key: str) -> Any:
        """Return a JSON document, unpacked when its name ends in `.gz`.

        :raises TemporaryError: when it is not there: Velero writes some documents a moment after the phase.
        """
        with self._asked(f"object {self.prefix}/{key}"):
            body = self._client.get_object(Bucket=self.bucket, Key=f"{self.prefix}/{key}")["Body"].read()
        try:
            return json.loads(gzip.decompress(body) if key.endswith(".gz") else body)
        except (OSError, ValueError) as error:
            raise PermanentError(
                f"object {self.prefix}/{key} of bucket {self.bucket}: is damaged; back up again"
            ) from error

    def delete_folder(self, folder: str) -> int:
        """Delete every object below a folder; return how many there were."""
        keys = sorted(self.sizes(folder))
        # One by one: OBS asks for a Content-MD5 with a multi-object delete, which boto3 no longer sends.
        for key in keys:
            self._client.delete_object(Bucket=self.bucket, Key=key)
        return len(keys)

    @contextmanager
    def _asked(self, what: str) -> Generator[None]:
        """Tell what could not be read, an outage of the storage included, as worth another try."""
        from botocore.exceptions import BotoCoreError, ClientError

        from include.planning.storage_client import error_code

        try:
            yield
        except (BotoCoreError, ClientError) as error:
            raise TemporaryError(
                f"{what} of bucket {self.bucket}: cannot be read ({error_code(error)}); look whether the object storage answers, "
                "and at Velero's log, then run the task again"
            ) from error


def backup_bucket(run: MigrationRun) -> BackupBucket:
    """Return the bucket of a run's backup."""
    from include.planning.storage_client import open_storage

    velero = run.definition.velero
    access = run.connections.object_storage(velero.connection)
    return BackupBucket(open_storage(access), velero.bucket, run.definition.name)
