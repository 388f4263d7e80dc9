"""Plan the rows of what is set at buckets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from include.objects.bucket_settings import RECREATED, read_setting
from include.objects.recreating import KIND
from include.planning.model import PlanItem
from include.planning.rates import predict_seconds

if TYPE_CHECKING:
    from include.definition import Bucket


def setting_rows(bucket: Bucket, client: Any) -> Iterator[PlanItem]:
    """Yield a row for each setting of a source bucket that is set at its target.

    :param client: of the source. What it does not tell has no row: the findings name it.
    """
    from botocore.exceptions import ClientError

    for setting in RECREATED if bucket.settings == "recreate" else ():
        try:
            value = read_setting(client, bucket.source.bucket, setting)
        except ClientError:
            continue
        if value is not None:
            yield PlanItem(
                key=f"{bucket.name}/{setting.slug}",
                phase="obs_sync",
                kind=KIND,
                source=f"{setting.name} of bucket {bucket.source.bucket}",
                target=f"{setting.name} of bucket {bucket.target.bucket}",
                action="copy",
                predicted_seconds=predict_seconds(KIND),
                details={"bucket": bucket.name, "setting": setting.slug},
            )
