"""Images of registries the definition does not name."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding
from include.inventory.references import parse_reference
from include.inventory.store import Inventory

RULE = "unknown_registry"
SEVERITIES = ("warning",)
WHY = "An image that cannot be read cannot be copied: pods on CCE that need it end in ImagePullBackOff."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report images that are pulled without a login, which may be limited or refused."""
    for image in inventory.images():
        parts = parse_reference(image.reference)
        host = parts.registry
        if definition.images.source_of(parts.name) is None:
            yield Finding(
                RULE,
                "warning",
                image.reference,
                f"comes from {host}, which images.sources does not name; it is copied without a login",
                f"add `{host}: <connection>` to images.sources if the registry asks for one",
            )
