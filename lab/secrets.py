"""The lab's passwords and keys: made once per lab, kept in one file that only its owner can read."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets as random
import string
from collections.abc import Callable

from lab.paths import LAB, SECRETS_FILE

_LETTERS = string.ascii_uppercase + string.digits


def _password() -> str:
    return random.token_hex(16)


def _rds_password() -> str:
    # 32 characters of four kinds: RDS wants at least three
    return f"Rds-1{random.token_hex(13)}z"


def _access_key() -> str:
    return "".join(random.choice(_LETTERS) for _ in range(20))


def _secret_key() -> str:
    return "".join(random.choice(string.ascii_letters + string.digits) for _ in range(40))


def _base64_key() -> str:
    return base64.b64encode(random.token_bytes(32)).decode()


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(random.token_bytes(32)).decode()


MAKERS: dict[str, Callable[[], str]] = {
    "registry_password": _password,
    "obs_ak": _access_key,
    "obs_sk": _secret_key,
    "s3_ak": _access_key,
    "s3_sk": _secret_key,
    "pictures_ak": _access_key,
    "pictures_sk": _secret_key,
    "pg_source_password": _password,
    "pg_target_password": _rds_password,
    "pg_app_password": _password,
    "mariadb_source_password": _password,
    "mariadb_target_password": _rds_password,
    "mariadb_app_password": _password,
    "tsig_key": _base64_key,
    "airflow_password": _password,
    "airflow_db_password": _password,
    "jwt_secret": _secret_key,
    "fernet_key": _fernet_key,
    "api_secret_key": _secret_key,
    "restic_password": _password,
}


def secrets() -> dict[str, str]:
    """Return the lab's secrets by name; what is missing is made and kept in `.lab/secrets.json` (mode 600)."""
    LAB.mkdir(parents=True, exist_ok=True)
    with (LAB / ".secrets.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known: dict[str, str] = json.loads(SECRETS_FILE.read_text()) if SECRETS_FILE.exists() else {}
        missing = {name: make() for name, make in MAKERS.items() if name not in known}
        if missing:
            known |= missing
            _write(known)
        return known


def _write(values: dict[str, str]) -> None:
    draft = SECRETS_FILE.with_suffix(".draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(values, file, indent=1)
    draft.replace(SECRETS_FILE)
