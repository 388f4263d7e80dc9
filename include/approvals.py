"""Keep who approved or rejected what, and why."""

from __future__ import annotations

from pydantic import Field

from include.errors import PermanentError
from include.ledger import Ledger, safe_key
from include.ledger.records import Record, now

FOLDER = "approvals"


class Answer(Record):
    """Hold a person's answer to one question of a run."""

    question: str = Field(min_length=1, description="id of the task that asked")
    approved: bool
    by: str = Field(min_length=1, description="name of the person, as Airflow knows it")
    reason: str = ""
    at: str = Field(default_factory=now)


def record_answer(ledger: Ledger, answer: Answer) -> None:
    """Record an answer.

    :raises PermanentError: when it is a rejection: the run ends here.
    """
    ledger.write(f"{FOLDER}/{safe_key(answer.question)}", answer)
    if not answer.approved:
        reason = f": {answer.reason}" if answer.reason else ", without a reason"
        raise PermanentError(
            f"{answer.question}: {answer.by} rejected it{reason}; nothing more is done in this run; "
            "change the definition or the source, and trigger a new one"
        )
