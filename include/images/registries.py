"""Open the registries of a run: those of the source images, and the target's."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.connections import RegistryAccess
from include.images.contents import ContentRegistry, ImageContents, open_registry
from include.inventory.references import DEFAULT_REGISTRY, parse_reference

if TYPE_CHECKING:
    from include.run import MigrationRun

# Docker Hub's API lives on another host than its references say.
API_HOSTS = {DEFAULT_REGISTRY: "registry-1.docker.io"}


@dataclass(frozen=True)
class OpenRegistries:
    """Read images of any registry by full reference."""

    readers: dict[str, ContentRegistry]
    accesses: dict[str, RegistryAccess]

    def contents(self, reference: str) -> ImageContents | None:
        """Return what an image is made of, or None when its registry does not have it."""
        parts = parse_reference(reference)
        return self.readers[parts.registry].contents(parts)


@contextmanager
def open_registries(run: MigrationRun, references: list[str]) -> Generator[OpenRegistries]:
    """Open the registries of all references; one without a connection is read without a login."""
    accesses = registry_accesses(run, references)
    readers = {host: open_registry(access) for host, access in accesses.items()}
    try:
        yield OpenRegistries(readers, accesses)
    finally:
        for reader in readers.values():
            reader.close()


def registry_accesses(run: MigrationRun, references: list[str]) -> dict[str, RegistryAccess]:
    """Return registry host -> access for the target registry and every host the references name."""
    target = run.connections.registry(run.definition.images.target.connection)
    found = {target.host: target}
    for host in {parse_reference(reference).registry for reference in references}:
        connection = run.definition.images.sources.get(host)
        if connection is not None:
            found[host] = run.connections.registry(connection)
        elif host not in found:
            found[host] = RegistryAccess(host=API_HOSTS.get(host, host), user="", password="")
    return found
