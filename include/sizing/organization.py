"""Name the SWR organization, and a second name should somebody else have the first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from include.definition import Definition
from include.inventory.model import ImageUse
from include.inventory.references import parse_reference
from include.sizing.model import Advice, counted

LONGEST = 64
OTHERS = re.compile(r"[^a-z0-9]+")
NAMELESS = "migrated"


def organization_name(*words: str) -> str:
    """Return a name that SWR takes: 1 to 64 of a-z, 0-9 and single `-`, a letter first, no separator last."""
    parts = (OTHERS.sub("-", word.lower()).strip("-") for word in words)
    name = "-".join(part for part in parts if part).lstrip("-0123456789")
    return name[:LONGEST].rstrip("-") or NAMELESS


def organization_advice(images: Sequence[ImageUse], definition: Definition) -> Iterator[Advice]:
    """Yield the organization that receives the images."""
    name = definition.images.target.organization
    second = organization_name(name, definition.name, definition.target.region)
    repositories = {
        (reference.registry, reference.repository)
        for reference in (parse_reference(one.reference) for one in images)
    }
    yield Advice(
        "images",
        "SWR organization",
        name,
        f"{counted(len(images), 'image')} of {counted(len(repositories), 'repository', 'repositories')}; organizations share one name "
        f"space in a region, so if it is taken, {second} is a valid name, too",
        {"organization": name, "second": second, "images": len(images), "repositories": len(repositories)},
    )
