"""Set at the target bucket what is set at the source's, and prove it by reading it back."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from include.errors import ProofError
from include.ledger import Proof
from include.objects.attributes import AMAZONS_NAMES, obs_class
from include.objects.bucket_settings import (
    LIFECYCLE,
    RECREATED,
    Setting,
    Value,
    plain,
    read_setting,
    write_setting,
)
from include.objects.jobs import PHASE, BucketJob, open_job, store_errors
from include.planning.model import PlanItem, load_plan
from include.planning.storage_client import error_code
from include.proofs import settle_item

if TYPE_CHECKING:
    from include.run import MigrationRun

KIND = "bucket setting"
DISABLED = "Disabled"
METHOD = "read back from the target's bucket"
WAITING = "; its rules are there and disabled until the target takes over, else they would remove what is being copied"


def recreate_settings(run: MigrationRun) -> int:
    """Set at every target bucket what the plan has of its source, and prove it; return how many settings there are.

    A bucket that has taken over is only compared.

    :raises ProofError: with every setting that the target does not take or does not give back.
    """
    rows = load_plan(run.ledger).items(PHASE, KIND)
    problems = [problem for row in rows if (problem := _recreate(run, row))]
    if problems:
        raise ProofError(problems, "settings of buckets differ")
    return len(rows)


def enable_lifecycle(job: BucketJob) -> None:
    """Let the lifecycle rules of a target bucket work, now that nothing is copied into it any more."""
    _bring_lifecycle(job, is_enabled=True)


def disable_lifecycle(job: BucketJob) -> None:
    """Let them rest: the bucket is copied into again."""
    _bring_lifecycle(job, is_enabled=False)


def _bring_lifecycle(job: BucketJob, *, is_enabled: bool) -> None:
    plan = load_plan(job.run.ledger)
    for row in plan.items(PHASE, KIND):
        if row.details["bucket"] == job.item.key and row.details["setting"] == LIFECYCLE.slug:
            problem = _bring(job, row, is_enabled=is_enabled)
            if problem:
                raise ProofError([problem], "settings of buckets differ")


def _recreate(run: MigrationRun, row: PlanItem) -> str | None:
    job = open_job(run, row.details["bucket"])
    with store_errors(job):
        is_in_use = job.read_handover() is not None
    return _bring(job, row, is_enabled=is_in_use, writes=not is_in_use)


def _bring(job: BucketJob, row: PlanItem, *, is_enabled: bool, writes: bool = True) -> str | None:
    """Return what is wrong with a setting afterwards, or None."""
    setting = next(one for one in RECREATED if one.slug == row.details["setting"])
    started = time.monotonic()
    with store_errors(job, ""):
        wanted = wanted_value(setting, _read(job, "source", setting), job.pair.classes, is_enabled=is_enabled)
        refusal = _write(job, setting, wanted) if writes and wanted is not None else None
        found = refusal or _read(job, "target", setting)
    proof = Proof(
        method=METHOD + (WAITING if setting is LIFECYCLE and not is_enabled else ""),
        source=plain(_jsonable(wanted)),
        target=plain(_jsonable(found)),
        equal=plain(_jsonable(wanted)) == plain(_jsonable(found)),
    )
    problem = (
        f"{job.label}: {setting.name} are not at the target as they are at the source ({refusal or 'they differ'}); "
        "set them there by hand and waive the row, or choose `settings: report`"
    )
    seconds = time.monotonic() - started
    return settle_item(job.run, row, proof, problem, action="copied", seconds=seconds)


def wanted_value(
    setting: Setting, value: Value | None, classes: Mapping[str, str], *, is_enabled: bool
) -> Value | None:
    """Return what the target has to have for what the source has."""
    if setting is not LIFECYCLE or value is None:
        return value
    return [_rule(rule, classes, is_enabled=is_enabled) for rule in value]


def _rule(rule: dict[str, Any], classes: Mapping[str, str], *, is_enabled: bool) -> dict[str, Any]:
    """Return a lifecycle rule with OBS's storage classes; a move into a class that OBS has not is left out."""
    changed = {**rule, "Status": rule["Status"] if is_enabled else DISABLED}
    for name in ("Transitions", "NoncurrentVersionTransitions"):
        moves = [
            {**move, "StorageClass": AMAZONS_NAMES[there]}
            for move in rule.get(name) or []
            if (there := obs_class(move["StorageClass"], classes)) in AMAZONS_NAMES
        ]
        changed.pop(name, None)
        if moves:
            changed[name] = moves
    return changed


def _read(job: BucketJob, side: str, setting: Setting) -> Value | None:
    pair = job.pair
    if side == "source":
        return read_setting(pair.source, pair.source_bucket, setting)
    return read_setting(pair.target, pair.target_bucket, setting)


def _write(job: BucketJob, setting: Setting, value: Value) -> str | None:
    """Return why the target refuses a setting, or None."""
    from botocore.exceptions import ClientError, ParamValidationError

    try:
        write_setting(job.pair.target, job.pair.target_bucket, setting, value)
    except (ClientError, ParamValidationError) as error:
        return f"refused: {error_code(error)}"
    return None


def _jsonable(value: Value | None) -> Value:
    """Return a value as JSON has it: a lifecycle rule may hold a date."""
    return json.loads(json.dumps(value, default=str))
