"""Where the lab keeps its state: everything is under `.lab/` of the project, and nothing elsewhere."""

from __future__ import annotations

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAB = ROOT / ".lab"
BIN = LAB / "bin"
RUN = LAB / "run"
LOGS = LAB / "logs"
DATA = LAB / "data"
LEDGER = LAB / "ledger"

# outside `.lab`, since a socket's path has 107 characters at most
SOCKETS = Path("/run/cce-lab")

RESOLV_CONF = LAB / "resolv.conf"
CA_CERTIFICATE = LAB / "ca.crt"
SECRETS_FILE = LAB / "secrets.json"
CONNECTIONS_ENV = LAB / "connections.env"
SOURCE_KUBECONFIG = LAB / "source.kubeconfig"
TARGET_KUBECONFIG = LAB / "target.kubeconfig"

FOLDERS = (LAB, BIN, RUN, LOGS, DATA, LEDGER)


def data_of(part: str) -> Path:
    """Return the data folder of a part, made if it is not there."""
    folder = DATA / part
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def run_of(part: str) -> Path:
    """Return the folder for a part's configurations, sockets and pids, made if it is not there."""
    folder = RUN / part
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def log_of(program: str) -> Path:
    """Return the log file of a supervised program."""
    return LOGS / f"{program}.log"


def make_folders() -> None:
    """Make the lab's folders. Others may pass through them (databases run as their own users), not list them."""
    for folder in FOLDERS:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)


@contextmanager
def locked(name: str) -> Generator[None]:
    """Let no other process of the lab do what this name stands for meanwhile."""
    RUN.mkdir(parents=True, exist_ok=True)
    with (RUN / f".{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
