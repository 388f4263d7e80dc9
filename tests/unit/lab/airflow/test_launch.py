from __future__ import annotations

import os
import subprocess
import sys

import pytest

from lab.airflow import launch, places


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> subprocess.Popen[bytes]:
    """A process in a group of its own, as a scheduler's workers are after the scheduler's death."""
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    process = subprocess.Popen(command, process_group=0)
    monkeypatch.setattr(launch.cgroups, "processes", lambda: {process.pid, os.getpid()})
    return process


def test_what_a_dead_predecessor_left_is_ended(worker: subprocess.Popen[bytes]) -> None:
    (places.run_folder() / "scheduler.pid").write_text(str(worker.pid))
    launch._end_leftovers("scheduler")
    assert worker.wait(10) == -9


def test_the_processes_of_others_are_left_alone(worker: subprocess.Popen[bytes]) -> None:
    (places.run_folder() / "scheduler.pid").write_text("999999999")
    launch._end_leftovers("scheduler")
    assert worker.poll() is None
    worker.kill()
    worker.wait()


@pytest.mark.parametrize("name", ["scheduler", "triggerer"])
def test_no_log_server_is_started_since_it_would_listen_on_every_address(name: str) -> None:
    assert "--skip-serve-logs" in launch.ARGUMENTS[name]
