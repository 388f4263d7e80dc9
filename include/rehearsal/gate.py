"""Keep the cutover shut until a green rehearsal is young enough, and show what changed on the source since."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from include.databases.drift import database_changes
from include.definition import Definition
from include.errors import MigrationError, PermanentError
from include.inventory import load_inventory, read_source
from include.ledger import Ledger
from include.ledger.storage import DocumentFolder
from include.objects.drift import bucket_changes
from include.planning.drift import Change, find_changes
from include.planning.markdown import cell
from include.progress import readable_seconds
from include.rehearsal.names import disposable_name
from include.rehearsal.trend import Past, past_of

if TYPE_CHECKING:
    from include.run import MigrationRun

MOST_SHOWN = 20


@dataclass(frozen=True)
class Verdict:
    """Say whether the cutover may begin.

    :param problem: why it may not, as far as rehearsals go; None when it may.
    :param changes: of the source since the rehearsal; an approval has to give a reason where there are some.
    :param unread: why the source could not be compared, empty when it was.
    """

    problem: str | None
    last: Past | None = None
    changes: tuple[Change, ...] = ()
    unread: str = ""


def judge_gate(run: MigrationRun, now: datetime | None = None) -> Verdict | None:
    """Return the verdict, or None when the definition asks for no rehearsal."""
    days = run.definition.rehearsal.required_within_days
    if days is None:
        return None
    moment = now or datetime.now(UTC)
    ended = sorted(_rehearsals(run), key=lambda one: one.finished)
    last = next((one for one in reversed(ended) if one.is_green), None)
    if last is None:
        why = f"the last, {ended[-1].run_id}, failed" if ended else "there was none"
        return Verdict(f"no rehearsal of {run.definition.name} was green: {why}")
    age = moment - datetime.fromisoformat(last.finished)
    if age > timedelta(days=days):
        return Verdict(
            f"the last green rehearsal, {last.run_id}, is {age.days} days old; {days:g} are allowed", last
        )
    try:
        return Verdict(None, last, tuple(changes_since(run, last.run_id)))
    except MigrationError as error:
        return Verdict(None, last, unread=str(error))


def changes_since(run: MigrationRun, run_id: str) -> list[Change]:
    """Return how the source has changed since a rehearsal took its inventory.

    Objects with their node ports, CustomResourceDefinitions and claims, images, volumes, definitions of databases, settings of
    buckets; values of Secrets by hashes made with the rehearsal's own key.
    """
    ledger = _ledger(run, run_id)
    known = Definition.model_validate(ledger.read("definition"))
    rehearsal = replace(run, definition=known, ledger=ledger, run_id=run_id)
    objects = find_changes(load_inventory(ledger), read_source(rehearsal), rehearsal.secrets_key)
    return [*objects, *database_changes(rehearsal), *bucket_changes(rehearsal)]


def refuse_unrehearsed(run: MigrationRun, reason: str, *, overrides: bool) -> None:
    """Judge an approval of the cutover.

    :param reason: what the approving person wrote.
    :param overrides: the person goes without a rehearsal.
    :raises PermanentError: when the gate is shut and nobody overrides it, or a change, or an override, is not explained.
    """
    verdict = judge_gate(run)
    if verdict is None:
        return
    is_open = verdict.problem is None and not verdict.unread
    if not is_open and not overrides:
        raise PermanentError(
            f"the cutover is refused: {verdict.problem or verdict.unread}; rehearse the migration by the DAG rehearse_migration, "
            "or clear this task and approve with “Without a rehearsal”, and a reason"
        )
    if (not is_open or verdict.changes) and not reason.strip():
        what = (
            "goes without a rehearsal" if not is_open else f"has to explain {_amount(verdict)} of the source"
        )
        raise PermanentError(
            f"the cutover is refused: the approval {what}, and gives no reason; clear this task and write one"
        )


def gate_evidence(run: MigrationRun) -> str:
    """Return the verdict as Markdown, for the person who approves; nothing when no rehearsal is asked for."""
    verdict = judge_gate(run)
    if verdict is None:
        return ""
    if verdict.problem:
        return f"**The cutover is shut: {cell(verdict.problem)}.** To go all the same, tick “Without a rehearsal”, and say why.\n"
    last = verdict.last
    head = f"**Rehearsed by {last.run_id}, {last.finished[:10]}**" if last else ""
    lines = [f"{head}: a downtime of {readable_seconds(last.downtime if last else 0)} is to be expected.\n"]
    if verdict.unread:
        lines.append(f"**The source could not be compared with it:** {cell(verdict.unread)}\n")
    if verdict.changes:
        lines.append(
            f"**Since then: {_amount(verdict)} of the source. Say in the reason why that does no harm.**\n"
        )
        lines += [f"- {cell(change.text())}" for change in verdict.changes[:MOST_SHOWN]]
        more = len(verdict.changes) - MOST_SHOWN
        lines += [f"- … and {more} more"] if more > 0 else []
    return "\n".join(lines) + "\n"


def _amount(verdict: Verdict) -> str:
    return "1 change" if len(verdict.changes) == 1 else f"{len(verdict.changes)} changes"


def _rehearsals(run: MigrationRun) -> list[Past]:
    folder = run.ledger.folder.parent.parent / disposable_name(run.definition.name)
    if not folder.is_dir():
        return []
    found = (past_of(DocumentFolder(one)) for one in folder.iterdir() if one.is_dir())
    return [one for one in found if one is not None]


def _ledger(run: MigrationRun, run_id: str) -> Ledger:
    return Ledger(run.ledger.folder.parent.parent, disposable_name(run.definition.name), run_id)
