"""How the lab's own programs log in to its parts: from the connections that the parts wrote."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from lab.connections import read_connections


@dataclass(frozen=True)
class Login:
    """An administrator's login to one part."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    extra: dict[str, Any] = field(default_factory=dict)


def login_of(connection: str) -> Login:
    """Return the login that an Airflow connection of the lab holds.

    Raises:
        LookupError: the part of that connection has not been brought up.
    """
    text = read_connections().get(f"AIRFLOW_CONN_{connection.upper()}")
    if text is None:
        raise LookupError(
            f"The lab has no connection {connection} yet: `python -m lab up` brings its part up."
        )
    document = json.loads(text)
    extra = document.get("extra") or {}
    return Login(
        host=document.get("host") or "",
        port=int(document.get("port") or 0),
        user=document.get("login") or "",
        password=document.get("password") or "",
        extra=json.loads(extra) if isinstance(extra, str) else extra,
    )
