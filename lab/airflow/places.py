"""Where the lab's Airflow keeps its files, and the address its UI and API answer at."""

from __future__ import annotations

import socket
from pathlib import Path

from lab import paths

HOME = paths.LAB / "airflow"
LOGS = HOME / "logs"
DAGS = paths.ROOT / "dags"
PLUGINS = paths.ROOT / "plugins"
USER = "admin"
HOST = "127.0.0.1"

_FIRST_PORT = 8080
_LAST_PORT = 8180


def run_folder() -> Path:
    """Return the folder of what ends with the lab: the port, the login, the processes' ids."""
    return paths.run_of("airflow")


def passwords_file() -> Path:
    """Return the file with the UI's login, which Airflow reads."""
    return run_folder() / "passwords.json"


def url() -> str:
    """Return the address of the UI and the API."""
    return f"http://{HOST}:{port()}"


def port() -> int:
    """Return the port that this lab's Airflow has, or the one it would try first."""
    kept = _port_file()
    return int(kept.read_text()) if kept.exists() else _FIRST_PORT


def keep_port(*, is_ours: bool) -> int:
    """Choose a port and remember it; one that was chosen before stays, unless another program took it meanwhile.

    Args:
        is_ours: this lab's API server runs, so that whatever listens on the remembered port is that.

    Raises:
        RuntimeError: no port is free.
    """
    if _port_file().exists() and (is_ours or _is_free(port())):
        return port()
    for number in range(_FIRST_PORT, _LAST_PORT):
        if _is_free(number):
            _port_file().write_text(str(number))
            return number
    raise RuntimeError(f"No port from {_FIRST_PORT} to {_LAST_PORT} is free on {HOST} for Airflow's UI.")


def _port_file() -> Path:
    return paths.RUN / "airflow" / "port"


def _is_free(number: int) -> bool:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            # on all addresses: a server on any of them would answer some of the browsers
            attempt.bind(("0.0.0.0", number))
        except OSError:
            return False
    return True
