"""Every error formats, travels between processes and belongs to one of the two roots."""

from __future__ import annotations

import pickle

import pytest

from include import errors


def every_error() -> list[errors.MigrationError]:
    made: list[errors.MigrationError] = []
    waiting = [errors.MigrationError]
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        if issubclass(kind, errors.EngineError):
            made.append(kind(["pg_dump", "shop"], ["could not connect", "gave up"], exit_code=1))
        elif issubclass(kind, errors.ProblemListError):
            made.append(kind(["first problem", "second problem"]))
        elif kind.__module__ == errors.__name__:
            made.append(kind("bucket pictures, target: refused; give it another name"))
    return made


@pytest.mark.parametrize("error", every_error(), ids=lambda error: type(error).__name__)
def test_an_error_keeps_text_and_fields_across_processes(error: errors.MigrationError) -> None:
    again = pickle.loads(pickle.dumps(error))

    assert type(again) is type(error)
    assert str(again) == str(error) != ""
    assert vars(again) == vars(error)


def test_every_error_below_the_root_is_permanent_or_temporary() -> None:
    for error in every_error():
        if type(error) is not errors.MigrationError:
            is_permanent = isinstance(error, errors.PermanentError)
            assert is_permanent is not isinstance(error, errors.TemporaryError)


def test_every_error_is_drawn_in_the_tree_at_the_top() -> None:
    tree = errors.__doc__ or ""

    missing = [type(error).__name__ for error in every_error() if type(error).__name__ not in tree]

    assert missing == []


def test_an_engine_error_shows_command_code_and_last_lines() -> None:
    error = errors.EngineError(
        ["rclone", "sync"], "bad host\nno route", exit_code=3, what_to_do="check the host"
    )

    assert str(error) == "rclone sync ended with code 3:\n  bad host\n  no route\ncheck the host"


def test_problems_are_counted_and_listed() -> None:
    error = errors.PreflightError(["no login", "no bucket"])

    assert str(error) == "preflight found problems (2):\n  - no login\n  - no bucket"
    assert error.problems == ["no login", "no bucket"]


def test_foreign_text_is_cut_and_put_on_one_line() -> None:
    assert errors.shorten("a\n  b") == "a b"
    assert len(errors.shorten("x" * 999)) == errors.FOREIGN_TEXT_LIMIT
