"""Tell a login that a database server refuses from a server that does not answer: only the latter is worth another try."""

from __future__ import annotations

# What PostgreSQL says to a client that is not logged in yet; libpq gives no SQLSTATE for it.
REFUSALS = (
    "password authentication failed",
    "no pg_hba.conf entry",
    "is not permitted to log in",
    "SCRAM authentication requires",
)
# MariaDB's and MySQL's: access denied, to a database, to a host, and for a user of another kind of login.
REFUSAL_NUMBERS = frozenset({1044, 1045, 1130, 1698})


def is_login_refused(error: Exception) -> bool:
    """Say whether a driver's error means that the server knows this login not, or not so."""
    number = error.args[0] if error.args else None
    return number in REFUSAL_NUMBERS or any(words in str(error) for words in REFUSALS)
