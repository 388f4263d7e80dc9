"""Tell which questions of a run wait for a person, and how the others were answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from include.approvals import FOLDER, QUESTIONS
from include.live.documents import Documents


def approvals_of(documents: Documents, *, is_live: bool) -> list[dict[str, Any]]:
    """Return the questions, oldest first, each with its answer or None; only those of a run that goes on wait."""
    answers = sorted(documents.all(FOLDER, dict).values(), key=lambda answer: str(answer["at"]))
    questions = sorted(documents.all(QUESTIONS, dict).values(), key=lambda question: str(question["at"]))
    return [_asked(question, _answer(question, answers), is_live) for question in questions]


def _answer(question: Mapping[str, Any], answers: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the last answer to what was shown: a plan that was made anew has a question of its own."""
    fitting = [
        answer
        for answer in answers
        if answer["question"] == question["question"] and question.get("plan") in {None, answer.get("plan")}
    ]
    return fitting[-1] if fitting else None


def _asked(question: Mapping[str, Any], answer: dict[str, Any] | None, is_live: bool) -> dict[str, Any]:
    return {
        "question": question["question"],
        "text": question["text"],
        "at": question["at"],
        "answer": answer,
        "is_waiting": is_live and answer is None,
    }
