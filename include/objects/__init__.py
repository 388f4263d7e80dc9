"""Copy buckets with their metadata, and prove every object."""

from __future__ import annotations

from include.objects.copying import copy_bucket, copy_bucket_delta, copy_bucket_once_more, reach_bucket
from include.objects.going_back import bring_back_buckets, find_written_buckets, renew_handovers
from include.objects.handover import hand_over_buckets, take_back_buckets
from include.objects.proving import prove_bucket, prove_buckets
from include.objects.sharing import copy_shard, shard_buckets
from include.objects.uploads import abort_all_uploads

__all__ = [
    "abort_all_uploads",
    "bring_back_buckets",
    "copy_bucket",
    "copy_bucket_delta",
    "copy_bucket_once_more",
    "copy_shard",
    "find_written_buckets",
    "hand_over_buckets",
    "prove_bucket",
    "prove_buckets",
    "reach_bucket",
    "renew_handovers",
    "shard_buckets",
    "take_back_buckets",
]
