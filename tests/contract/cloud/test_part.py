"""The part of the lab as it serves: its process starts with nothing behind it, and its own check says it is ready."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

import lab.secrets
from lab import addresses, paths
from lab.cloud.part import Cloud
from tests.conftest import ROOT

from . import servers

_PROGRAM = """
import sys
from pathlib import Path
import lab.secrets
from lab import addresses, paths
folder = Path(sys.argv[1])
lab.secrets.LAB, lab.secrets.SECRETS_FILE = folder, folder / "secrets.json"
paths.DATA, addresses.CLOUD, addresses.HTTP_PORT = folder / "data", "127.0.0.1", int(sys.argv[2])
from lab.cloud.serve import main
main()
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """Put the part on loopback, with secrets of its own; return its port."""
    port = servers.free_port()
    monkeypatch.setattr(lab.secrets, "LAB", tmp_path)
    monkeypatch.setattr(lab.secrets, "SECRETS_FILE", tmp_path / "secrets.json")
    monkeypatch.setattr(paths, "DATA", tmp_path / "data")
    monkeypatch.setattr(addresses, "CLOUD", "127.0.0.1")
    monkeypatch.setattr(addresses, "HTTP_PORT", port)
    return port


def test_its_process_becomes_ready_and_ends_when_it_is_told_to(here: int, tmp_path: Path) -> None:
    Cloud().prepare()
    command = [sys.executable, "-c", _PROGRAM, str(tmp_path), str(here)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 60
        while not _is_ready():
            assert process.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.1)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
    assert (tmp_path / "data" / "cloud" / "state.json").exists()
    assert not _is_ready()


def _is_ready() -> bool:
    try:
        return Cloud().is_ready()
    except httpx.TransportError:
        return False
