"""Programs run without secrets in sight, end with their parent's work, and say why they failed."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from include.engines import find_program, run_engine, run_side_by_side, start_engine
from include.errors import EngineError, PermanentError


def test_a_program_gets_its_environment_and_its_output_is_returned() -> None:
    output = run_engine(["sh", "-c", 'echo "hello $WORD"'], environment={"WORD": "there"})

    assert output == "hello there\n"


def test_a_failed_program_is_told_with_its_last_lines_and_without_secrets() -> None:
    with pytest.raises(EngineError) as caught:
        run_engine(
            ["sh", "-c", "echo 'login with hunter2 refused' >&2; exit 3"], secrets=["hunter2"], name="it"
        )

    assert caught.value.exit_code == 3
    assert caught.value.last_lines == ["login with *** refused"]
    assert "hunter2" not in str(caught.value)


def test_only_the_last_lines_are_kept() -> None:
    with pytest.raises(EngineError) as caught:
        run_engine(["sh", "-c", "seq 1 100 >&2; exit 1"])

    assert caught.value.last_lines[-1] == "100"
    assert len(caught.value.last_lines) == 15


def test_a_missing_program_names_its_package() -> None:
    with pytest.raises(PermanentError, match="install the package postgresql-client"):
        find_program("no-such-program-here", "postgresql-client")


def test_an_interrupted_task_ends_the_program_and_its_children(tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    script = f"(while sleep 0.05; do date > {alive}; done) & wait"

    with pytest.raises(KeyboardInterrupt), start_engine(["sh", "-c", script]) as process:  # ruff: ignore[pytest-raises-with-multiple-statements]
        while not alive.exists():
            time.sleep(0.01)
        raise KeyboardInterrupt

    assert process.returncode is not None
    alive.unlink()
    time.sleep(0.2)
    assert not alive.exists()


def test_a_killed_parent_takes_its_program_along(tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    code = (
        "from include.engines import run_engine\n"
        f"run_engine(['sh', '-c', 'trap \"exit\" TERM; while sleep 0.05; do date > {alive}; done'])"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parents[2])
    while not alive.exists():
        time.sleep(0.01)
    parent.kill()
    parent.wait()
    time.sleep(0.2)
    alive.unlink()
    time.sleep(0.2)

    assert not alive.exists()


def test_results_come_in_the_order_of_the_items() -> None:
    def slow_first(number: int) -> int:
        time.sleep(0.02 if number == 0 else 0)
        return number * 10

    assert run_side_by_side(slow_first, range(5), 3) == [0, 10, 20, 30, 40]


def test_the_first_exception_stops_what_has_not_begun() -> None:
    begun: list[int] = []

    def fail_second(number: int) -> None:
        begun.append(number)
        if number == 1:
            raise PermanentError("second")
        time.sleep(0.01)

    with pytest.raises(PermanentError, match="second"):
        run_side_by_side(fail_second, range(50), 2)

    assert len(begun) < 50
