"""Find settings of a source bucket that nothing sets at its target."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from include.inventory.model import Finding
from include.objects.bucket_settings import ACL, POLICY, RECREATED, REPORTED, Setting, Value, read_setting
from include.planning.foreign_errors import explained
from include.planning.storage_client import error_code, open_storage

if TYPE_CHECKING:
    from include.definition import Bucket
    from include.run import MigrationRun

RULE = "bucket_settings"
SEVERITIES = ("warning",)
WHY = "OBS has only what is set at its own bucket: browsers or clients are refused there, and nothing is ever cleaned up."
EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers"
MOST_STATEMENTS = 5


def bucket_findings(run: MigrationRun) -> Iterator[Finding]:
    """Yield a warning for each source bucket with settings that stay behind: principals and keys are others in OBS.

    :raises TemporaryError: when a store does not answer.
    """
    for bucket in run.definition.buckets:
        access = run.connections.object_storage(bucket.source.connection)
        place = f"bucket {bucket.name}"
        with explained(place, "check that its store is up", access.secret_key):
            found = settings_of(open_storage(access), bucket)
        if found:
            yield Finding(
                RULE,
                "warning",
                place,
                f"has on the source what is not carried over: {'; '.join(found)}",
                "set at the target bucket what is needed there; rights of single objects are not carried over either",
                WHY,
            )


def settings_of(client: Any, bucket: Bucket) -> list[str]:
    """Return what is set at a bucket and not re-created; a setting that the store does not tell is named as such."""
    from botocore.exceptions import ClientError

    recreated = RECREATED if bucket.settings == "recreate" else ()
    found = []
    for setting in (*REPORTED, *RECREATED):
        try:
            value = read_setting(client, bucket.source.bucket, setting)
        except ClientError as error:
            found.append(f"{setting.name} (not readable: {error_code(error)})")
        else:
            found += () if setting in recreated else _told(setting, value)
    return found


def _told(setting: Setting, value: Value | None) -> Iterator[str]:
    if setting is ACL:
        yield from _public_access(value)
    elif setting is POLICY and value is not None:
        yield f"its policy ({', '.join(policy_statements(value))})"
    elif value is not None:
        yield setting.name


def _public_access(grants: Value | None) -> Iterator[str]:
    """Yield what others than the owner may do; every bucket has its owner's grant."""
    rights = [
        grant["Permission"] for grant in grants or [] if grant.get("Grantee", {}).get("URI") == EVERYBODY
    ]
    if rights:
        yield f"public access ({', '.join(sorted(rights))})"
    owners = [grant for grant in grants or [] if grant.get("Grantee", {}).get("Type") == "CanonicalUser"]
    if len(owners) > 1:
        yield f"rights of {len(owners) - 1} other accounts"


def policy_statements(policy: str) -> list[str]:
    """Return what a policy says, without accounts and users: they are others in the target cloud."""
    try:
        statements = json.loads(policy).get("Statement") or []
    except ValueError:
        return ["not readable"]
    statements = statements if isinstance(statements, list) else [statements]
    told = [_statement(one) for one in statements[:MOST_STATEMENTS]]
    more = len(statements) - len(told)
    return [*told, f"and {more} more"] if more > 0 else told


def _statement(statement: dict[str, Any]) -> str:
    actions = statement.get("Action") or f"all but {statement.get('NotAction')}"
    actions = actions if isinstance(actions, str) else " ".join(actions)
    condition = " under conditions" if statement.get("Condition") else ""
    return f"{statement.get('Effect')} {actions} to {_principals(statement.get('Principal'))}{condition}"


def _principals(principal: Any) -> str:
    if principal in ("*", {"AWS": "*"}):
        return "everybody"
    groups = principal.values() if isinstance(principal, dict) else [principal]
    count = sum(len(group) if isinstance(group, list) else 1 for group in groups)
    return f"{count} named principal{'' if count == 1 else 's'}"
