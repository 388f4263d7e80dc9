"""Database servers that are made on order: whether one was made, and the password that its administrator got."""

from __future__ import annotations

from lab import paths
from lab.services.configuration import write_configuration

_FILE = "administrator"


def was_made(part: str) -> bool:
    """Say whether the server has data, which it has from its making to its end."""
    return (paths.DATA / part / "data").exists()


def keep_password(part: str, password: str) -> None:
    """Note the password that an order gives; it goes with the server's data."""
    write_configuration(paths.data_of(part) / _FILE, password)


def password_of(part: str, otherwise: str) -> str:
    """Return the password of the order, or the lab's own if nobody ordered the server."""
    file = paths.DATA / part / _FILE
    return file.read_text() if file.exists() else otherwise
