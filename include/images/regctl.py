"""Copy single images with regctl: layers stream from registry to registry, known ones are not sent again.

regctl rather than skopeo: it mounts and skips blobs the target has, needs no local storage, keeps the index of
several platforms, and converts media types on the way.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from include.connections import RegistryAccess
from include.engines import find_program, run_engine
from include.errors import EngineError, EngineRefusedError
from include.inventory.references import DEFAULT_REGISTRY

REFUSALS = ("[http 401]", "[http 403]")


class Regctl:
    """Run regctl with one configuration file that holds all logins."""

    def __init__(self, config: Path, secrets: Iterable[str]) -> None:
        self._config = config
        self._secrets = tuple(secrets)
        self._program = find_program("regctl", "regctl (github.com/regclient/regclient)")

    def copy(self, source: str, target: str) -> None:
        """Copy an image with all platforms, digests unchanged.

        :raises EngineError: when a registry refuses.
        """
        self._run("image", "copy", source, target)

    def convert(self, source: str, target: str) -> None:
        """Copy an image with Docker's media types in place of OCI's; config and layers stay the same bytes.

        :raises EngineError: when a registry refuses.
        """
        self._run("image", "mod", source, "--to-docker", "--create", target)

    def _run(self, *arguments: str) -> None:
        try:
            run_engine(
                [self._program, *arguments],
                environment={"REGCTL_CONFIG": str(self._config)},
                secrets=self._secrets,
                name="regctl",
            )
        except EngineError as error:
            if any(refusal in line for line in error.last_lines for refusal in REFUSALS):
                raise EngineRefusedError(
                    f"{error}\nthe registry refuses the login: correct the connection or its rights"
                ) from error
            raise


@contextmanager
def open_regctl(accesses: dict[str, RegistryAccess]) -> Generator[Regctl]:
    """Yield regctl with logins in a file that is in memory only: of a killed task no password stays on the disk."""
    with os.fdopen(os.memfd_create("regctl"), "w", encoding="utf-8") as file:
        json.dump(regctl_config(accesses), file)
        file.flush()
        config = Path(f"/proc/{os.getpid()}/fd/{file.fileno()}")
        yield Regctl(config, [access.password for access in accesses.values()])


def regctl_config(accesses: dict[str, RegistryAccess]) -> dict[str, Any]:
    """Return regctl's configuration: one entry a registry, plain http where the connection says so."""
    hosts: dict[str, dict[str, Any]] = {}
    for host, access in sorted(accesses.items()):
        if host == DEFAULT_REGISTRY and not access.user:
            continue
        entry: dict[str, Any] = {"tls": "disabled" if access.scheme == "http" else "enabled"}
        if access.user:
            entry |= {"user": access.user, "pass": access.password}
        if access.host != host:
            entry["hostname"] = access.host
        hosts[host] = entry
    # Logins of the machine's own Docker configuration have no part in a migration.
    return {"hosts": hosts, "incDockerCred": False, "incDockerCert": False}
