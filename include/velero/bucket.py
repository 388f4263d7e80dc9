"""Read what Velero left in its bucket; never trust a phase alone."""

from __future__ import annotations

import gzip
import json
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
        """Return key -> bytes of every object below a folder."""
        found: dict[str, int] = {}
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=f"{self.prefix}/{folder.strip('/')}/"
        )
        for page in pages:
            for entry in page.get("Contents") or []:
                found[str(entry["Key"])] = int(entry["Size"])
        return found

    def read_json(self, key: str) -> Any:
        """Return a JSON document, unpacked when its name ends in `.gz`.

        :raises TemporaryError: when it is not there: Velero writes some documents a moment after the phase.
        """
        from botocore.exceptions import ClientError

        try:
            body = self._client.get_object(Bucket=self.bucket, Key=f"{self.prefix}/{key}")["Body"].read()
        except ClientError as error:
            raise TemporaryError(
                f"object {self.prefix}/{key} of bucket {self.bucket}: cannot be read "
                f"({error.response.get('Error', {}).get('Code')}); look at Velero's log, then run the task again"
            ) from error
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


def backup_bucket(run: MigrationRun) -> BackupBucket:
    """Return the bucket of a run's backup."""
    from include.planning.storage_client import open_storage

    velero = run.definition.velero
    access = run.connections.object_storage(velero.connection)
    return BackupBucket(open_storage(access), velero.bucket, run.definition.name)
