"""Open the registries of a run: those of the source images, and the target's."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.connections import RegistryAccess
from include.images.contents import ContentRegistry
from include.images.node_reader import NodeReader
from include.images.node_registry import NodeRegistry
from include.images.relay import Place
from include.images.target import TargetRegistry
from include.inventory.references import DEFAULT_REGISTRY, Reference, parse_reference

if TYPE_CHECKING:
    from include.definition import Images
    from include.planning.model import PlanItem
    from include.run import MigrationRun

# Docker Hub's API lives on another host than its references say.
API_HOSTS = {DEFAULT_REGISTRY: "registry-1.docker.io"}


@dataclass(frozen=True)
class OpenRegistries:
    """Find the registry of any image: by the longest key of `images.sources` that fits, else by its host."""

    settings: Images
    readers: dict[str, ContentRegistry]
    target: TargetRegistry
    nodes: NodeReader

    def source_of(self, item: PlanItem) -> Place:
        """Return where a planned image lies: in its registry, or on nodes where that has lost it."""
        reference = parse_reference(item.details["source_reference"])
        nodes = item.details.get("nodes")
        if nodes:
            return Place(NodeRegistry(self.nodes, nodes), reference.repository)
        return self.source(reference)

    def source(self, reference: Reference) -> Place:
        """Return where a source image lies."""
        return Place(self.readers[reader_key(self.settings, reference)], reference.repository)


@contextmanager
def open_registries(run: MigrationRun, references: list[str]) -> Generator[OpenRegistries]:
    """Open the target registry and those of all references; one without a connection is read without a login."""
    settings = run.definition.images
    target = TargetRegistry(run.connections.registry(settings.target.connection))
    readers = {key: ContentRegistry(access) for key, access in source_accesses(run, references).items()}
    try:
        yield OpenRegistries(settings, readers, target, NodeReader(run))
    finally:
        for reader in (*readers.values(), target):
            reader.close()


def reader_key(settings: Images, reference: Reference) -> str:
    """Return the key of `images.sources` that an image is read by, or its host where none fits."""
    return settings.source_of(reference.name) or reference.registry


def source_accesses(run: MigrationRun, references: list[str]) -> dict[str, RegistryAccess]:
    """Return the access of every key that the references are read by."""
    settings = run.definition.images
    found: dict[str, RegistryAccess] = {}
    for key in {reader_key(settings, parse_reference(reference)) for reference in references}:
        connection = settings.sources.get(key)
        if connection is not None:
            found[key] = run.connections.registry(connection)
        else:
            found[key] = RegistryAccess(host=API_HOSTS.get(key, key), user="", password="")
    return found
