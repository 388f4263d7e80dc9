"""A driver's error is told with the place, and never with a secret, not even with a part of one."""

from __future__ import annotations

import pytest

from include.errors import PermanentError, TemporaryError
from include.planning.foreign_errors import explained

SECRET = "a-long-password-of-the-tests"


def test_a_secret_at_the_cut_of_a_long_text_leaves_no_part_of_it() -> None:
    text = f"{'x' * 190} {SECRET}"

    with pytest.raises(TemporaryError) as caught, explained("database shop", "look at it", SECRET):
        raise ValueError(text)

    assert SECRET[:5] not in str(caught.value)
    assert str(caught.value).startswith("database shop: ValueError: xxx")
    assert str(caught.value).endswith("; look at it")


def test_an_error_of_ours_stays_as_it_is() -> None:
    with pytest.raises(PermanentError, match="known"), explained("database shop", "look at it"):
        raise PermanentError("known")
