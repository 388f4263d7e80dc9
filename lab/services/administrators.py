"""The passwords of administrators that were set by an order: they stand in for the lab's own."""

from __future__ import annotations

from lab import paths
from lab.services.configuration import write_configuration

_FILE = "administrator"


def keep_password(part: str, password: str) -> None:
    """Note the password that a server is made with; it goes with the server's data."""
    write_configuration(paths.data_of(part) / _FILE, password)


def password_of(part: str, otherwise: str) -> str:
    """Return the password of an order, or the lab's own if nobody ordered the server."""
    file = paths.DATA / part / _FILE
    return file.read_text() if file.exists() else otherwise
