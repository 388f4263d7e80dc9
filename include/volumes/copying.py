"""Copy the content of volumes: a snapshot on the source, a restore on the target, as often as needed.

Before the cutover the copy is warm: applications write meanwhile, and only differences travel the next time. After the
quiesce the same functions make the final pass.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from include.cutover.front_door import is_traffic_on_target
from include.cutover.quiescing import is_quiesced
from include.cutover.steps import timed_step
from include.engines import run_side_by_side
from include.errors import MigrationError
from include.ledger import safe_key
from include.planning.model import PlanItem, load_plan
from include.progress import Progress, amount_of_total
from include.volumes.claims import make_claim, refuse_other_claim
from include.volumes.delta import carry_delta, remove_reader
from include.volumes.movers import (
    FORWARD,
    Pass,
    Way,
    can_stand_by,
    frozen_mover,
    prepare_mover,
    source_mover,
)
from include.volumes.names import claim_of
from include.volumes.output import counts_attributes, read_restore_size, read_summary, read_tree, seems_same
from include.volumes.removing import remove_movers_of_other_runs
from include.volumes.repository import has_repository, repository_secrets
from include.volumes.running import run_mover
from include.volumes.snapshots import (
    make_frozen_claim,
    reads_snapshot,
    remove_frozen_claim,
)
from include.volumes.users import await_unused, node_using

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

PHASE = "velero_backup_restore"
FOLDER = "volumes"
THREADS = 4
# Customers wait for the last one; movers that stand by do the work, and this side only waits for their answers.
FINAL_THREADS = 16
STEP = "copy the last changes of the volumes"


def volume_rows(run: MigrationRun, keys: Iterable[str] | None = None) -> list[PlanItem]:
    """Return the plan's rows of volumes, of these keys when they are given."""
    plan = load_plan(run.ledger)
    return plan.items(PHASE, "volume") if keys is None else [plan.item(PHASE, key) for key in keys]


def copy_volumes(run: MigrationRun, keys: Iterable[str] | None = None) -> int:
    """Copy these volumes, or only their differences when they were copied before; return how many there are.

    When the front door leads to the target already, nothing is written there: the source is hashed, to be compared with
    what was delivered.

    :raises PermanentError: when pods use a claim that must stand still, or a claim is missing on the target.
    :raises TemporaryError: when a mover failed; what arrived is kept and the next try goes on.
    """
    rows = volume_rows(run, keys)
    if not rows:
        return 0
    if is_traffic_on_target(run):
        _side_by_side(run, rows, _hash_source)
        return len(rows)
    make_repository(run)
    if is_quiesced(run, "source"):
        with timed_step(run, STEP, rows[0].key):
            _side_by_side(run, rows, _copy_final, FINAL_THREADS)
    else:
        remove_movers_of_other_runs(run)
        _side_by_side(run, rows, _copy_warm)
    return len(rows)


def copied_document(key: str) -> str:
    """Return the name of the ledger document with what the last copy of a volume found."""
    return f"{FOLDER}/{safe_key(key)}"


def _side_by_side(run: MigrationRun, rows: list[PlanItem], copy: Any, threads: int = THREADS) -> None:
    record = partial(run.ledger.record_progress, PHASE, rows[0].key)
    total = sum(row.bytes for row in rows)
    with Progress(len(rows), total, logger, noun="volumes", record=record) as progress:

        def one(row: PlanItem) -> None:
            started = time.monotonic()
            try:
                moved, has_changed = copy(run, row)
            except MigrationError as error:
                _record(run, row, 0, False, time.monotonic() - started, str(error))
                raise
            _record(run, row, moved, has_changed, time.monotonic() - started, None)
            progress.add(items=1, size=row.bytes)

        run_side_by_side(one, rows, threads, name="volumes")


def make_repository(run: MigrationRun) -> None:
    """Make the repository unless it is there."""
    if not has_repository(run):
        run_mover(run.source, prepare_mover(run), repository_secrets(run))
        logger.info("Made the volume repository in bucket %s", run.definition.volumes.bucket)


def _copy_warm(run: MigrationRun, row: PlanItem) -> tuple[int, bool]:
    return _copy(run, row, "warm")


def _copy_final(run: MigrationRun, row: PlanItem) -> tuple[int, bool]:
    await_unused(run.source, row.details["namespace"], row.details["claim"])
    return _copy(run, row, "final")


def _copy(run: MigrationRun, row: PlanItem, which: Pass) -> tuple[int, bool]:
    namespace, claim = row.details["namespace"], row.details["claim"]
    make_claim(run, row)
    refuse_other_claim(run, row)
    await_unused(run.target, namespace, claim)
    printed = carry_delta(run, row, which) if which == "final" and can_stand_by(row) else None
    source_text, target_text = printed or start_both(run, row, which)
    moved, has_changed = _note(run, row, which, source_text, target_text, stood_by=bool(printed))
    if printed:
        remove_reader(run, row)
    return moved, has_changed


def start_both(run: MigrationRun, row: PlanItem, which: Pass, way: Way = FORWARD) -> tuple[str, str]:
    """Start a mover that reads, then one that writes; return what both printed."""
    here, there = way.ends(run)
    secrets = repository_secrets(run)
    if reads_snapshot(row, which):
        source_text = run_mover(here, frozen_mover(run, row, make_frozen_claim(run, row)), secrets)
        remove_frozen_claim(run, row)
    else:
        used_on = node_using(here, row.details["namespace"], row.details["claim"])
        source_text = run_mover(here, way.read(run, row, "backup", which, used_on), secrets)
    snapshot = str(read_summary(source_text)["snapshot_id"])
    mover = way.write(run, row, which, snapshot, read_tree(source_text))
    return source_text, run_mover(there, mover, secrets)


def _note(
    run: MigrationRun, row: PlanItem, which: Pass, source_text: str, target_text: str, *, stood_by: bool
) -> tuple[int, bool]:
    """Write down what both sides found; return the bytes that travelled, and whether anything changed."""
    is_same = seems_same(source_text)
    backup, restore = ({}, {}) if is_same else (read_summary(source_text), read_summary(target_text))
    run.ledger.write(
        copied_document(row.key),
        {
            "key": row.key,
            "claim": claim_of(row),
            "stage": which,
            "stood_by": stood_by,
            "frozen": reads_snapshot(row, which),
            "snapshot": backup.get("snapshot_id"),
            "backup": backup,
            "restore_size": read_restore_size(source_text),
            "restore": restore,
            "source_tree": read_tree(source_text).as_json(),
            "target_tree": read_tree(target_text).as_json(),
            "attributes": counts_attributes(source_text, target_text),
        },
    )
    moved = int(restore.get("bytes_restored") or 0)
    logger.info(
        "Volume %s: %s travelled, %s pass",
        claim_of(row),
        amount_of_total(moved, int(restore.get("total_bytes") or 0)),
        which,
    )
    return moved, bool(moved or restore.get("files_deleted"))


def _hash_source(run: MigrationRun, row: PlanItem) -> tuple[int, bool]:
    text = run_mover(run.source, source_mover(run, row, "hash", "final"), repository_secrets(run))
    run.ledger.write(
        copied_document(row.key),
        {
            "key": row.key,
            "claim": claim_of(row),
            "stage": "delivered",
            "source_tree": read_tree(text).as_json(),
        },
    )
    return 0, False


def _record(
    run: MigrationRun, row: PlanItem, moved: int, has_changed: bool, seconds: float, problem: str | None
) -> None:
    """Record the volume; passes of one run add up."""
    earlier = run.ledger.item(PHASE, row.key)
    is_copied = has_changed or (earlier is not None and (earlier.action == "copied" or earlier.bytes > 0))
    record = row.record(
        "failed" if problem else "copied" if is_copied else "already_equal",
        size=moved + (earlier.bytes if earlier else 0),
        seconds=seconds + (earlier.seconds if earlier else 0.0),
        error=problem,
    )
    run.ledger.record_item(PHASE, record)
