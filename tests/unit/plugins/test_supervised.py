"""A task's process does not outlive its supervisor."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from airflow.sdk.execution_time import task_runner
from airflow.sdk.execution_time.comms import CommsDecoder

from cce_migration import supervised
from cce_migration.supervised import end_with_supervisor

PARENT = """
import os, time
from cce_migration.supervised import end_with_parent
child = os.fork()
if not child:
    end_with_parent()
    print(os.getpid(), flush=True)
time.sleep(60)
"""


def is_running(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_process_ends_with_its_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        child = parent.stdout.readline().strip()
        assert is_running(child)
        parent.kill()
    ends = time.monotonic() + 10
    while is_running(child) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not is_running(child)


@pytest.mark.parametrize(("is_supervised", "calls"), [(True, 1), (False, 0)])
def test_only_a_process_that_airflow_supervises_is_tied(
    monkeypatch: pytest.MonkeyPatch, is_supervised: bool, calls: int
) -> None:
    tied: list[int] = []
    monkeypatch.setattr(supervised, "end_with_parent", lambda: tied.append(1))
    comms = CommsDecoder.__new__(CommsDecoder) if is_supervised else object()
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", comms, raising=False)
    end_with_supervisor()
    assert len(tied) == calls
