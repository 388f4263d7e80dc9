"""Keep who approved or rejected what, and why."""

from __future__ import annotations

from pydantic import Field

from include.errors import PermanentError
from include.ledger import Ledger, safe_key
from include.ledger.records import Record, now

FOLDER = "approvals"
# Enough of a digest to tell the plans of one run apart.
DIGITS = 12


class Answer(Record):
    """Hold a person's answer to one question of a run."""

    question: str = Field(min_length=1, description="id of the task that asked")
    approved: bool
    by: str = Field(min_length=1, description="name of the person, as Airflow knows it")
    reason: str = ""
    plan: str | None = Field(default=None, description="digest of the plan that was shown, where it was one")
    at: str = Field(default_factory=now)


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


def _name(answer: Answer) -> str:
    """Return an answer's document: one for each plan, as a question that was asked again has another answer."""
    which = f"-{answer.plan[:DIGITS]}" if answer.plan else ""
    return f"{FOLDER}/{safe_key(answer.question + which)}"
