"""Say what is kept of the source, where, and for how long: before anything of it is removed."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from include.errors import ProofError
from include.ledger import Proof
from include.ledger.records import now
from include.planning.storage_client import list_objects, open_storage
from include.retirement.records import record
from include.velero.backups import backup_name
from include.velero.bucket import BackupBucket, backup_bucket
from include.volumes.repository import repository_prefix

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

KEY = "backup/source"
DOCUMENT = "retirement/backup"


def keep_last_backup(run: MigrationRun) -> dict[str, Any]:
    """Prove that the last backup of the source's objects lies in its bucket, and note until when it has to be kept.

    Velero would delete it then; it is removed, so that a person has to.

    :raises ProofError: when the backup is not there: nothing of the source may be removed.
    """
    started = time.monotonic()
    name, bucket = backup_name(run), backup_bucket(run)
    sizes = bucket.sizes(f"backups/{name}")
    archive = f"{bucket.prefix}/backups/{name}/{name}.tar.gz"
    found = {"archive": archive if sizes.get(archive) else None}
    proof = Proof(
        method="archive in the bucket of Velero",
        source={"archive": archive},
        target=found,
        equal=found == {"archive": archive},
    )
    problem = (
        f"backup {name}, bucket {bucket.bucket}: has no archive; back the source up before it is retired"
    )
    left = record(
        run,
        KEY,
        "objects of the source",
        f"bucket {bucket.bucket}",
        proof,
        time.monotonic() - started,
        problem,
    )
    if left:
        raise ProofError(left, "no backup, no retirement")
    document = _document(run, bucket, name, sum(sizes.values()))
    run.ledger.write(DOCUMENT, document)
    logger.info("Backup %s is kept until %s", name, document["objects"]["keep_until"])
    return document


def _document(run: MigrationRun, bucket: BackupBucket, name: str, size: int) -> dict[str, Any]:
    status = bucket.read_json(f"backups/{name}/velero-backup.json").get("status") or {}
    volumes = run.definition.volumes
    prefix = f"{repository_prefix(run)}/"
    client = open_storage(run.connections.object_storage(volumes.connection))
    kept = [count for key, count in list_objects(client, volumes.bucket) if key.startswith(prefix)]
    return {
        "at": now(),
        "objects": {
            "backup": name,
            "bucket": bucket.bucket,
            "prefix": bucket.prefix,
            "bytes": size,
            "keep_until": status.get("expiration"),
        },
        "volumes": {"bucket": volumes.bucket, "prefix": prefix, "objects": len(kept), "bytes": sum(kept)},
        "databases": [
            f"{one.name}: on its source server, and on the target" for one in run.definition.databases
        ],
        "buckets": [f"{one.name}: the source's bucket, and the target's" for one in run.definition.buckets],
    }
