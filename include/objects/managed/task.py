"""Describe the task of OMS that fills one bucket: how it is found, and what its requests say."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from include.cloud import Cloud
from include.cloud.oms import OmsTasks
from include.errors import PermanentError
from include.labels import OWNER

if TYPE_CHECKING:
    from include.connections import ObjectStorageAccess
    from include.definition.managed import OmsTransfer
    from include.objects.jobs import BucketJob


@dataclass(frozen=True)
class TransferTask:
    """Bind a bucket to the task that fills it. It is found by its description, in whatever run it was ordered."""

    bucket_job: BucketJob
    oms: OmsTasks = field(repr=False)
    settings: OmsTransfer

    kind: ClassVar[str] = "OMS task"
    removal: ClassVar[str] = "the console of OMS (stop it first)"

    @property
    def key(self) -> str:
        """Return the key of its order in the ledger."""
        return f"oms/{self.bucket_job.bucket.name}"

    @property
    def name(self) -> str:
        """Return the description, without the signs that OMS refuses: the same for the same migration and bucket."""
        job = self.bucket_job
        places = f"{job.pair.source_bucket}\n{job.pair.target_bucket}"
        whole = f"{job.run.definition.name}\n{job.bucket.name}\n{places}"
        return f"{OWNER} {job.bucket.name} {hashlib.sha256(whole.encode()).hexdigest()[:10]}"

    @property
    def place(self) -> str:
        """Return the connection, the cloud and the region."""
        return self.oms.cloud.access.place

    @property
    def label(self) -> str:
        """Name the task in messages."""
        return f"{self.bucket_job.label}: {self.kind} {self.name} ({self.place})"

    @property
    def longest_seconds(self) -> float:
        """Return how long the transfer may take."""
        return self.settings.longest_hours * 3600

    def order(self) -> dict[str, Any]:
        """Return what is ordered: the whole bucket with its metadata; what is there already is skipped."""
        source, target = self._accesses()
        return {
            "task_type": "object",
            "src_node": {
                "cloud_type": self.settings.source_cloud,
                "region": self.settings.source_region,
                "ak": source.access_key,
                "sk": source.secret_key,
                "bucket": self.bucket_job.pair.source_bucket,
                "object_key": [""],
            },
            "dst_node": {
                "ak": target.access_key,
                "sk": target.secret_key,
                "bucket": self.bucket_job.pair.target_bucket,
                "region": self.oms.cloud.access.region,
            },
            "description": self.name,
            "enable_metadata_migration": True,
            "enable_failed_object_recording": True,
            "object_overwrite_mode": "SIZE_LAST_MODIFIED_COMPARISON_OVERWRITE",
            "consistency_check": "size_last_modified",
        }

    def keys(self) -> dict[str, str]:
        """Return the keys of both buckets: they go into bodies of requests, and nowhere else."""
        source, target = self._accesses()
        return {
            "src_ak": source.access_key,
            "src_sk": source.secret_key,
            "dst_ak": target.access_key,
            "dst_sk": target.secret_key,
        }

    def _accesses(self) -> tuple[ObjectStorageAccess, ObjectStorageAccess]:
        bucket, connections = self.bucket_job.bucket, self.bucket_job.run.connections
        return (
            connections.object_storage(bucket.source.connection),
            connections.object_storage(bucket.target.connection),
        )


def transfer_task(job: BucketJob) -> TransferTask:
    """Return the task of a bucket that OMS fills."""
    if job.bucket.oms is None:
        raise PermanentError(f"{job.label}: copy_with oms needs oms; make the definition whole")
    cloud = Cloud(job.run.connections.cloud(job.bucket.oms.connection))
    return TransferTask(job, OmsTasks(cloud), job.bucket.oms)
