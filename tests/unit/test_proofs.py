from __future__ import annotations

import pytest

from include.errors import ProofError
from include.proofs import gather_proofs


def test_all_problems_are_told_not_the_first_alone() -> None:
    def prove(key: str) -> None:
        if key != "good":
            raise ProofError([f"{key} differs"])

    with pytest.raises(ProofError) as caught:
        gather_proofs(prove, ["bad", "good", "worse"], "databases differ")
    assert sorted(caught.value.problems) == ["bad differs", "worse differs"]
    assert str(caught.value).startswith("databases differ (2)")


def test_the_number_of_proved_items_is_returned() -> None:
    assert gather_proofs(lambda key: None, ["a", "b"], "t") == 2


def test_another_error_is_not_taken_for_a_difference() -> None:
    def prove(key: str) -> None:
        raise OSError(key)

    with pytest.raises(OSError, match="a"):
        gather_proofs(prove, ["a"], "t")
