"""Push an OCI layout into one of the lab's registries with skopeo."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from lab import addresses, execution
from lab.secrets import secrets


def push_image(layout: Path, reference: str) -> None:
    """Push an OCI layout as `reference` into the registry that the reference names.

    Raises:
        RuntimeError: skopeo failed; its last words are in the text.
    """
    with registry_logins() as logins:
        command = ["skopeo", "copy", "--quiet", "--dest-tls-verify=false", "--dest-authfile", str(logins)]
        done = subprocess.run(
            execution.with_lab_names([*command, f"oci:{layout}", f"docker://{reference}"]),
            capture_output=True,
            text=True,
        )
    if done.returncode != 0:
        raise RuntimeError(f"Image {reference} was not pushed: {done.stderr.strip()[-600:]}")


@contextmanager
def registry_logins() -> Generator[Path, None, None]:
    """Give a file with the login of the source registry, in Docker's format, removed afterwards."""
    login = f"{addresses.SOURCE_REGISTRY_USER}:{secrets()['registry_password']}"
    entry = {"auth": base64.b64encode(login.encode()).decode()}
    descriptor, name = tempfile.mkstemp(prefix="cce-lab-logins-")
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump({"auths": {addresses.SOURCE_REGISTRY_HOST: entry}}, file)
        yield Path(name)
    finally:
        os.unlink(name)
