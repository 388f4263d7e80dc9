"""Each rule does to its example what the golden file says; `python -m tests.unit.adaptation.test_goldens` writes them anew."""

from __future__ import annotations

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from include.adaptation.order import ADAPTING, NORMALIZING, ORDER
from include.adaptation.pipeline import adapt, adaptation_rules
from tests.builders.goldens import Manifest, golden, golden_context, golden_names, write_golden

REMEDY = "run `python -m tests.unit.adaptation.test_goldens`, and read what changed"


def run(rule: str, obj: Manifest) -> Manifest:
    chosen = adaptation_rules()[rule]
    return chosen.apply(obj, golden_context()) if chosen.applies_to(obj) else obj


def test_every_rule_has_an_example() -> None:
    assert golden_names() == sorted(ORDER)


@pytest.mark.parametrize("rule", golden_names())
def test_a_rule_makes_of_its_example_what_the_file_says(rule: str) -> None:
    before, after = golden(rule)
    given_object = copy.deepcopy(before)

    assert run(rule, before) == after, REMEDY
    assert before == given_object, "the given object stays as it is"
    assert after != before, "an example shows a change"


@pytest.mark.parametrize("rule", golden_names())
def test_the_whole_pack_changes_nothing_the_second_time(rule: str) -> None:
    once, _ = adapt(golden(rule)[0], golden_context())

    assert adapt(once, golden_context()) == (once, ())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(order=st.permutations(ADAPTING), name=st.sampled_from(golden_names()))
def test_rules_that_adapt_may_run_in_any_order(order: list[str], name: str) -> None:
    obj = golden(name)[0]
    for rule in NORMALIZING:
        obj = run(rule, obj)
    shuffled = obj
    for rule in order:
        shuffled = run(rule, shuffled)

    assert shuffled == adapt(obj, golden_context())[0]


if __name__ == "__main__":
    for one in golden_names():
        write_golden(one, golden(one)[0], run(one, golden(one)[0]))
