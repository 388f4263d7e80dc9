from __future__ import annotations

from include.cutover.critical_path import Span, critical_path

# One after another: stop, two copies side by side, a proof of the short one, start, switch.
STOP = Span("stop", 0.0, 2.0)
LONG, SHORT = Span("volumes", 2.0, 7.0), Span("databases", 2.01, 4.0)
PROOF = Span("prove the databases", 4.0, 5.0)
START, SWITCH = Span("start", 7.02, 9.0), Span("switch", 9.0, 9.4)
STEPS = [SWITCH, PROOF, SHORT, START, LONG, STOP]


def test_the_path_is_what_the_last_step_waited_for() -> None:
    assert critical_path(STEPS, "switch") == [STOP, LONG, START, SWITCH]


def test_a_step_that_would_have_ended_sooner_anyway_is_not_on_it() -> None:
    longer = Span("prove the databases", 4.0, 7.5)
    start = Span("start", 7.5, 9.0)
    assert critical_path([STOP, LONG, SHORT, longer, start, SWITCH], "switch") == [
        STOP,
        SHORT,
        longer,
        start,
        SWITCH,
    ]


def test_what_comes_after_the_last_step_is_not_on_it() -> None:
    assert critical_path([STOP, SWITCH, Span("watch", 9.4, 24.0)], "switch") == [STOP, SWITCH]


def test_parts_of_a_step_count_each_for_itself() -> None:
    first, second = Span("copy", 2.0, 3.0), Span("copy", 2.0, 8.0)
    assert critical_path([STOP, first, second, Span("switch", 8.0, 8.5)], "switch")[1] is second


def test_without_the_last_step_there_is_no_path() -> None:
    assert critical_path([STOP, LONG], "switch") == []
    assert critical_path([], "switch") == []


def test_steps_that_began_at_once_end_the_search() -> None:
    twin = Span("twin", 9.0, 9.0)
    assert critical_path([twin, SWITCH], "switch") == [SWITCH]
