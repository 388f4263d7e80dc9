"""Keep who was asked what, and who approved or rejected it, and why."""

from __future__ import annotations

from pydantic import Field

from include.errors import PermanentError
from include.ledger import Ledger, safe_key
from include.ledger.records import Record, now

FOLDER = "approvals"
QUESTIONS = "questions"
# Enough of a digest to tell the plans of one run apart.
DIGITS = 12


class Question(Record):
    """Hold what a person was shown: `text` is Markdown, `plan` the digest of the plan in question, where one is."""

    question: str = Field(min_length=1, description="id of the task that asks")
    text: str
    plan: str | None = None
    at: str = Field(default_factory=now)


class Answer(Record):
    """Hold a person's answer to one question of a run."""

    question: str = Field(min_length=1, description="id of the task that asked")
    approved: bool
    by: str = Field(min_length=1, description="name of the person, as Airflow knows it")
    reason: str = ""
    without_rehearsal: bool = Field(
        default=False, description="the person went without the rehearsal asked for"
    )
    plan: str | None = Field(default=None, description="digest of the plan that was shown, where it was one")
    at: str = Field(default_factory=now)


def keep_question(ledger: Ledger, question: Question) -> Question:
    """Return what is shown: this question, or the one that its task asked first in this run."""
    first = kept_question(ledger, question.question)
    if first is None:
        ledger.write(_question_name(question.question), question)
    return first or question


def kept_question(ledger: Ledger, task: str) -> Question | None:
    """Return what a task has asked in this run, or None while it has not."""
    name = _question_name(task)
    return Question.model_validate(ledger.read(name)) if ledger.exists(name) else None


def record_answer(ledger: Ledger, answer: Answer) -> None:
    """Record an answer.

    :raises PermanentError: when it is a rejection: the run ends here.
    """
    ledger.write(_name(answer), answer)
    if not answer.approved:
        reason = f": {answer.reason}" if answer.reason else ", without a reason"
        raise PermanentError(
            f"{answer.question}: {answer.by} rejected it{reason}; nothing more is done in this run; "
            "change the definition or the source, and trigger a new one"
        )


def answers(ledger: Ledger) -> list[Answer]:
    """Return all answers of a run, oldest first."""
    found = [Answer.model_validate(ledger.read(name)) for name in ledger.list(FOLDER)]
    return sorted(found, key=lambda answer: answer.at)


def is_approved(ledger: Ledger, plan: str) -> bool:
    """Say whether a person approved the plan of this digest."""
    return any(answer.approved and answer.plan == plan for answer in answers(ledger))


def _question_name(task: str) -> str:
    return f"{QUESTIONS}/{safe_key(task)}"


def _name(answer: Answer) -> str:
    """Return an answer's document: one for each plan, as a question that was asked again has another answer."""
    which = f"-{answer.plan[:DIGITS]}" if answer.plan else ""
    return f"{FOLDER}/{safe_key(answer.question + which)}"
