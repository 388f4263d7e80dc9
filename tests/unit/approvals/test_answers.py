from __future__ import annotations

from pathlib import Path

import pytest

from include.approvals import Answer, record_answer
from include.errors import PermanentError
from tests.builders.runs import ledger


def test_an_approval_is_kept_with_its_name(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    record_answer(book, Answer(question="cutover.approve_cutover", approved=True, by="ops"))
    (name,) = book.list("approvals")
    assert book.read(name)["by"] == "ops"


def test_a_rejection_is_kept_and_ends_the_run(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    answer = Answer(question="cutover.approve_cutover", approved=False, by="ops", reason="friday")
    with pytest.raises(PermanentError, match="ops rejected it: friday"):
        record_answer(book, answer)
    assert book.read(book.list("approvals")[0])["approved"] is False
