from __future__ import annotations

from pathlib import Path

import pytest

from include.approvals import (
    Answer,
    Question,
    answers,
    is_approved,
    keep_question,
    kept_question,
    record_answer,
)
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


def test_an_approval_holds_for_one_plan(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    for plan in ("aa" * 32, "bb" * 32):
        record_answer(
            book, Answer(question="resource_planning.approve_drift", approved=True, by="ops", plan=plan)
        )
    assert [answer.plan for answer in answers(book)] == ["aa" * 32, "bb" * 32]
    assert is_approved(book, "aa" * 32)
    assert not is_approved(book, "cc" * 32)


def test_a_rejected_plan_is_not_approved(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    with pytest.raises(PermanentError):
        record_answer(book, Answer(question="x", approved=False, by="ops", plan="aa" * 32))
    assert not is_approved(book, "aa" * 32)
    record_answer(book, Answer(question="x", approved=True, by="ops", plan="aa" * 32))
    assert is_approved(book, "aa" * 32)


def test_an_answer_of_an_older_ledger_names_no_plan(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    old = Answer(question="x", approved=True, by="ops").model_dump(exclude={"plan"})
    book.write("approvals/x", old)
    assert not is_approved(book, "aa" * 32)


def test_the_first_question_of_a_task_is_the_one_that_is_kept(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    assert kept_question(book, "x") is None
    first = keep_question(book, Question(question="x", text="one", plan="aa" * 32))
    assert keep_question(book, Question(question="x", text="two")) == first == kept_question(book, "x")
