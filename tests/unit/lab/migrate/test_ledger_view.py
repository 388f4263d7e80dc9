from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from lab.migrate.ledger_view import Amount, LedgerView

from .builders import row
from .conftest import RUN_ID

Write = Callable[[str, Any], None]


def test_a_run_that_has_written_nothing_is_empty(ledger: LedgerView) -> None:
    assert ledger.folder is None
    assert ledger.planned() == {}
    assert ledger.done() == {}
    assert ledger.proofs() == (0, 0)
    assert ledger.document("report") == {}


def test_what_is_planned_is_counted_by_phase_without_what_stays_behind(
    ledger: LedgerView, write: Write
) -> None:
    rows = [row("obs_sync", "a", 10), row("obs_sync", "b", 20), row("adaptation", "c", action="exclude")]
    write("plan", {"items": rows})
    assert ledger.planned() == {"obs_sync": Amount(2, 30)}
    assert round(ledger.predicted_seconds()) == 4


def test_what_is_done_is_counted_without_what_failed(ledger: LedgerView, write: Write) -> None:
    for key, action in (("a", "copied"), ("b", "already_equal"), ("c", "failed"), ("d", "excluded")):
        write(f"items/obs_sync/{key}", row("obs_sync", key, 5, action))
    assert ledger.done() == {"obs_sync": Amount(2, 10)}


def test_an_item_that_succeeds_at_a_second_try_counts(ledger: LedgerView, write: Write) -> None:
    write("items/obs_sync/a", row("obs_sync", "a", 0, "failed"))
    assert ledger.done() == {}
    write("items/obs_sync/a", row("obs_sync", "a", 1_000_000, "copied"))
    assert ledger.done() == {"obs_sync": Amount(1, 1_000_000)}


def test_proofs_are_counted_with_those_that_are_equal(ledger: LedgerView, write: Write) -> None:
    write("proofs/obs_sync/a", {"equal": True})
    write("proofs/obs_sync/b", {"equal": False})
    assert ledger.proofs() == (2, 1)


def test_a_document_that_is_half_written_is_skipped_until_it_is_whole(
    ledger: LedgerView, write: Write, ledger_root: Path
) -> None:
    write("items/obs_sync/a", row("obs_sync", "a", 5, "copied"))
    half = ledger_root / "lab" / RUN_ID / "items" / "obs_sync" / "b.json"
    half.write_text('{"phase": "obs')
    assert ledger.done() == {"obs_sync": Amount(1, 5)}


def test_another_run_s_documents_are_not_counted(ledger_root: Path, write: Write) -> None:
    write("items/obs_sync/a", row("obs_sync", "a", 5, "copied"))
    assert LedgerView("another run", ledger_root).done() == {}
