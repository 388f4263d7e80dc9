"""Take image references apart."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_REGISTRY = "docker.io"


@dataclass(frozen=True)
class Reference:
    """Hold the parts of an image reference; one of tag and digest may be empty."""

    registry: str
    repository: str
    tag: str
    digest: str

    @property
    def name(self) -> str:
        """Return `registry/repository`."""
        return f"{self.registry}/{self.repository}"


def parse_reference(text: str) -> Reference:
    """Return the parts of a reference, with the registry and tag that an engine would add."""
    name, _, digest = text.partition("@")
    first, slash, rest = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        registry, path = first, rest
    else:
        registry, path = DEFAULT_REGISTRY, name
    repository, colon, tag = path.rpartition(":")
    if not colon or "/" in tag:
        repository, tag = path, ""
    if registry == DEFAULT_REGISTRY and "/" not in repository:
        repository = f"library/{repository}"
    return Reference(registry, repository, tag or ("" if digest else "latest"), digest)


def registry_of(text: str) -> str:
    """Return the registry host of an image reference."""
    return parse_reference(text).registry
