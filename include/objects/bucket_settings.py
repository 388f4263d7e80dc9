"""Know what can be set at a bucket, how it is read, and how OBS takes what it has, too."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from include.planning.storage_client import error_code

Value = Any
# A store that does not know a setting has none; any other refusal leaves it unknown.
ABSENT = (
    "NoSuch",
    "NotImplemented",
    "MethodNotAllowed",
    "Unsupported",
    "ServerSideEncryptionConfigurationNotFound",
)
NOT_FOUND = "NotFound"


@dataclass(frozen=True)
class Setting:
    """Name a setting, the request that asks for it, and what of the answer holds it.

    :param put: the request that sets it, None for what is only reported.
    :param wrapped: the parameters of `put` for a value.
    """

    slug: str
    name: str
    get: str
    field: str
    put: str | None = None
    wrapped: Callable[[Value], dict[str, Value]] | None = None


LIFECYCLE = Setting(
    "lifecycle",
    "lifecycle rules",
    "get_bucket_lifecycle_configuration",
    "Rules",
    "put_bucket_lifecycle_configuration",
    lambda rules: {"LifecycleConfiguration": {"Rules": rules}},
)
RECREATED = (
    LIFECYCLE,
    Setting(
        "cors",
        "CORS rules",
        "get_bucket_cors",
        "CORSRules",
        "put_bucket_cors",
        lambda rules: {"CORSConfiguration": {"CORSRules": rules}},
    ),
    Setting(
        "versioning",
        "versioning",
        "get_bucket_versioning",
        "Status",
        "put_bucket_versioning",
        lambda status: {"VersioningConfiguration": {"Status": status}},
    ),
    Setting(
        "website",
        "website settings",
        "get_bucket_website",
        "",
        "put_bucket_website",
        lambda website: {"WebsiteConfiguration": website},
    ),
    Setting(
        "tags",
        "tags",
        "get_bucket_tagging",
        "TagSet",
        "put_bucket_tagging",
        lambda tags: {"Tagging": {"TagSet": tags}},
    ),
)
POLICY = Setting("policy", "policy", "get_bucket_policy", "Policy")
ACL = Setting("acl", "ACL", "get_bucket_acl", "Grants")
REPORTED = (
    POLICY,
    ACL,
    Setting("encryption", "default encryption", "get_bucket_encryption", "ServerSideEncryptionConfiguration"),
    Setting("logging", "access logs", "get_bucket_logging", "LoggingEnabled"),
    Setting("notifications", "notifications", "get_bucket_notification_configuration", ""),
    Setting("lock", "object lock", "get_object_lock_configuration", "ObjectLockConfiguration"),
    Setting("access", "public access block", "get_public_access_block", "PublicAccessBlockConfiguration"),
    Setting("replication", "replication rules", "get_bucket_replication", "ReplicationConfiguration"),
)


def read_setting(client: Any, bucket: str, setting: Setting) -> Value | None:
    """Return what is set, None when nothing is.

    :raises ClientError: when the store does not tell.
    """
    from botocore.exceptions import ClientError

    try:
        answer = getattr(client, setting.get)(Bucket=bucket)
    except ClientError as error:
        code = error_code(error)
        if code.startswith(ABSENT) or NOT_FOUND in code:
            return None
        raise
    answer = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    return (answer.get(setting.field) if setting.field else answer) or None


def write_setting(client: Any, bucket: str, setting: Setting, value: Value) -> None:
    """Set it at a bucket."""
    if setting.put is None or setting.wrapped is None:
        raise ValueError(f"{setting.name} of a bucket are only reported")
    getattr(client, setting.put)(Bucket=bucket, **setting.wrapped(value))


def plain(value: Value) -> Value:
    """Return a value without order and without what stores add for fields that are not set."""
    if isinstance(value, Mapping):
        found = {str(name): plain(one) for name, one in value.items()}
        return {name: one for name, one in sorted(found.items()) if one not in (None, "", 0, False, [], {})}
    if isinstance(value, list):
        return sorted((plain(one) for one in value), key=lambda one: json.dumps(one, default=str))
    return value
