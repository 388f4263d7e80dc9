"""Images by a tag that is meant to move."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, listed
from include.inventory.references import parse_reference
from include.inventory.store import Inventory

RULE = "floating_tag"
SEVERITIES = ("info",)
WHY = "SWR gets the image as it was at the copy: what is pushed to the old registry later does not reach CCE."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report images without tag or digest, and those of the tag latest."""
    for image in inventory.images():
        reference = parse_reference(image.reference)
        if reference.tag == "latest" and not reference.digest:
            yield Finding(
                RULE,
                "info",
                image.reference,
                f"is whatever was pushed last; {listed(image.used_by)} stays with what is copied",
                "let the pipeline push to SWR from the cutover on",
            )
