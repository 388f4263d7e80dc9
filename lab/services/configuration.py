"""Write the services' configuration files, which may hold secrets, and tell when one has changed."""

from __future__ import annotations

import hashlib
import os
import pwd
from pathlib import Path


def write_configuration(path: Path, text: str, owner: str | None = None) -> None:
    """Write a file that only its owner can read: root, or the user the service runs as."""
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    if owner is not None:
        give_to(draft, owner)
    draft.replace(path)


def give_to(path: Path, owner: str) -> None:
    """Make a user of the machine the owner of a file or folder."""
    user = pwd.getpwnam(owner)
    os.chown(path, user.pw_uid, user.pw_gid)


def revision(*texts: str) -> dict[str, str]:
    """Return an environment that changes with a program's configuration: the supervisor then starts it again."""
    digest = hashlib.sha256("\0".join(texts).encode()).hexdigest()
    return {"LAB_CONFIGURATION": digest[:12]}
