"""Push OCI layouts into the source registry with skopeo, those that it does not have."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx

from lab import addresses, execution
from lab.images.build import INDEX_TYPE, MANIFEST_TYPE, digest_of
from lab.secrets import secrets


def provide_image(layout: Path, name: str) -> str:
    """Push an OCI layout as `name` (repository:tag) unless the registry has it, and return its digest."""
    digest = digest_of(layout)
    with registry_client() as client:
        is_there = registered_digest(client, name) == digest
    if not is_there:
        push_image(layout, f"{addresses.SOURCE_REGISTRY_HOST}/{name}")
    return digest


def registered_digest(client: httpx.Client, name: str) -> str | None:
    """Return the digest that the registry has under `name` (repository:tag), or None."""
    repository, tag = name.split(":")
    answer = client.head(
        f"/v2/{repository}/manifests/{tag}", headers={"Accept": f"{MANIFEST_TYPE}, {INDEX_TYPE}"}
    )
    return answer.headers.get("Docker-Content-Digest") if answer.status_code == 200 else None


def registry_client() -> httpx.Client:
    """Return a client of the source registry that is logged in."""
    return httpx.Client(
        base_url=f"http://{addresses.SOURCE_REGISTRY}",
        auth=(addresses.SOURCE_REGISTRY_USER, secrets()["registry_password"]),
        timeout=5,
        trust_env=False,
    )


def push_image(layout: Path, reference: str) -> None:
    """Push an OCI layout as `reference` into the registry that the reference names.

    Raises:
        RuntimeError: skopeo failed; its last words are in the text.
    """
    with registry_logins() as logins:
        command = ["skopeo", "copy", "--quiet", "--all", "--preserve-digests", "--dest-tls-verify=false"]
        command += ["--dest-authfile", str(logins)]
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
