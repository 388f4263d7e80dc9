"""Carry what was written into the target's volumes back to the source when a cutover is undone."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from include.cutover.steps import timed_step
from include.engines import run_side_by_side
from include.errors import MigrationError, ProofError
from include.ledger import Action, Proof, safe_key
from include.ledger.records import now
from include.planning.model import PlanItem
from include.turning_back import settle_back
from include.volumes.claims import LEFT_FOLDER
from include.volumes.copying import THREADS, copied_document, start_both, volume_rows
from include.volumes.delta import carry_delta, remove_standby
from include.volumes.movers import BACK, can_stand_by, source_mover
from include.volumes.names import claim_of
from include.volumes.output import Tree, counts_attributes, read_summary, read_tree, seems_same
from include.volumes.proving import FINAL_METHOD, tree_method
from include.volumes.repository import repository_secrets, write_delivered
from include.volumes.running import run_mover
from include.volumes.users import await_unused

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

STEP = "bring the volumes back"


def bring_back_volumes(run: MigrationRun, *, leaves_behind: bool = False) -> list[str]:
    """Make the source's volumes what the target's are, and prove it by their trees; return what was left behind.

    :param leaves_behind: go on without a volume that cannot be brought back: what was written there stays, and is told.
    :raises PermanentError: when pods still use a claim.
    :raises ProofError: when trees differ afterwards.
    """
    found = run_side_by_side(
        lambda row: _settle(run, row, leaves_behind=leaves_behind), volume_rows(run), THREADS, name="volumes"
    )
    return [text for text in found if text]


def find_written_volumes(run: MigrationRun) -> list[str]:
    """Return a text for each volume of the source whose tree is another than at the hand-over."""
    found = run_side_by_side(lambda row: _find_written(run, row), volume_rows(run), THREADS, name="volumes")
    return [text for text in found if text]


def note_begun(run: MigrationRun, row: PlanItem) -> None:
    """Note that the source's volume is about to be changed by the way back, and what it has is not known meanwhile."""
    run.ledger.write(_document(row), {"key": row.key, "claim": claim_of(row), "at": now()})


def note_ahead(run: MigrationRun, row: PlanItem, tree: Tree) -> None:
    """Note what the source's volume has, carried ahead while the target still serves: later runs compare with that."""
    write_delivered(run, claim_of(row), {"run_id": run.run_id, "tree": tree.as_json()})
    known = run.ledger.read(_document(row))
    run.ledger.write(_document(row), {**known, "source_tree": tree.as_json()})


def renew_deliveries(run: MigrationRun) -> int:
    """Let the target's volumes that were brought back go on: the source is compared with what it has now."""
    trees = {
        claim_of(row): tree
        for row in volume_rows(run)
        if run.ledger.exists(_document(row)) and (tree := run.ledger.read(_document(row)).get("source_tree"))
    }
    for claim, tree in trees.items():
        write_delivered(run, claim, {"run_id": run.run_id, "tree": tree})
    return len(trees)


def _settle(run: MigrationRun, row: PlanItem, *, leaves_behind: bool) -> str | None:
    known = run.ledger.read(_document(row)) if run.ledger.exists(_document(row)) else {}
    if known.get("left"):
        return str(known["left"])
    try:
        with timed_step(run, STEP, row.key):
            _bring_back(run, row)
    except ProofError:
        raise
    except MigrationError as error:
        if not leaves_behind:
            raise
        return _leave_behind(run, row, error)
    return None


def _leave_behind(run: MigrationRun, row: PlanItem, error: MigrationError) -> str:
    text = f"volume {claim_of(row)}: what was written on the target since the switch stays there: {error}"
    run.ledger.write(_document(row), {"at": now(), "left": text})
    proof = Proof(method="files of the target brought back", source="some", target="none", equal=False)
    settle_back(run, row, proof, text, action="failed", seconds=0.0)
    logger.error("%s", text)
    return text


def _bring_back(run: MigrationRun, row: PlanItem) -> None:
    started = time.monotonic()
    namespace, claim = row.details["namespace"], row.details["claim"]
    for cluster in (run.target, run.source):
        await_unused(cluster, namespace, claim)
    note_begun(run, row)
    printed = carry_delta(run, row, "final", BACK) if can_stand_by(row) else None
    target_text, source_text = printed or start_both(run, row, "final", BACK)
    if printed:
        remove_standby(run, row, BACK)
    # Where nothing has changed since the movers stood by, nothing is restored, and the trees decide.
    restore = {} if seems_same(target_text) else read_summary(source_text)
    moved = int(restore.get("bytes_restored") or 0)
    target, source = read_tree(target_text), read_tree(source_text)
    run.ledger.write(
        _document(row),
        {
            "key": row.key,
            "claim": claim_of(row),
            "stood_by": bool(printed),
            "restore": restore,
            "target_tree": target.as_json(),
            "source_tree": source.as_json(),
        },
    )
    action: Action = "copied" if moved or restore.get("files_deleted") else "already_equal"
    proof = Proof(
        method=tree_method(FINAL_METHOD, has_attributes=counts_attributes(target_text, source_text)),
        source=target.as_json(),
        target=source.as_json(),
        equal=target == source,
    )
    problem = f"volume {claim_of(row)}: brought back, target {target}, source {source}"
    seconds = time.monotonic() - started
    left = settle_back(run, row, proof, problem, action=action, seconds=seconds, size=moved)
    if left:
        raise ProofError([left], "volumes differ")


def _find_written(run: MigrationRun, row: PlanItem) -> str | None:
    known = run.ledger.read(_document(row) if run.ledger.exists(_document(row)) else copied_document(row.key))
    if "source_tree" not in known:
        return None
    text = run_mover(run.source, source_mover(run, row, "hash", "final"), repository_secrets(run))
    if read_tree(text).as_json() == known["source_tree"]:
        return None
    return (
        f"volume {claim_of(row)}, source cluster: was written to since the target took over; find out by whom, and settle by hand "
        "which side is right"
    )


def _document(row: PlanItem) -> str:
    return f"{LEFT_FOLDER}/{safe_key(row.key)}"
