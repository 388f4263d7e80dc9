from __future__ import annotations

from pathlib import Path

import pytest

from lab.cloud.progress import FAILS, NEVER_ARRIVES, Clock, as_time, state_of
from lab.cloud.store import Store

STAGES = (("Initializing", 10), ("Running", 20), ("Success", 0))


@pytest.mark.parametrize(
    ("age", "fate", "state"),
    [
        (0, "", "Initializing"),
        (9.9, "", "Initializing"),
        (10, "", "Running"),
        (29.9, "", "Running"),
        (30, "", "Success"),
        (1e9, "", "Success"),
        (29.9, FAILS, "Running"),
        (30, FAILS, "Failed"),
        (30, NEVER_ARRIVES, "Running"),
        (1e9, NEVER_ARRIVES, "Running"),
    ],
)
def test_a_thing_passes_through_its_states(age: float, fate: str, state: str) -> None:
    assert state_of(STAGES, age, fate, failed="Failed") == state


def test_a_clock_can_be_put_forward_and_stays_so_after_a_restart(tmp_path: Path) -> None:
    clock = Clock(Store(tmp_path / "state.json"))
    before = clock.now()
    clock.put_forward(3600)
    assert 3600 <= clock.now() - before < 3610
    again = Clock(Store(tmp_path / "state.json"))
    assert 3600 <= again.now() - before < 3610


def test_a_time_is_written_in_utc() -> None:
    assert as_time(0) == "1970-01-01T00:00:00Z"
