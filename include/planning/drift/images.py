"""Find images that the source has begun or ceased to run, or runs in another version under the same name."""

from __future__ import annotations

from collections.abc import Iterator

from include.inventory.images import find_images, references_of
from include.inventory.model import ImageUse, listed
from include.inventory.store import Inventory
from include.labels import OWNER
from include.planning.drift.comparable import watched
from include.planning.drift.model import Change


def image_changes(before: Inventory, after: Inventory) -> Iterator[Change]:
    """Yield the changes of images, by reference.

    A digest counts where pods told it both times: that nobody runs an image at the moment is no change. Nor is it one that
    an image is gone which only pods of a controller named: copying it does no harm.
    """
    old, new = _images(before), _images(after)
    named = {
        one
        for obj in watched(before).values()
        for one in references_of(obj, before.registries, before.image_fields)
    }
    for reference in sorted(old.keys() | new.keys()):
        name = f"image {reference}"
        if reference not in old:
            yield Change(object=name, what="new", details=(f"used by {listed(new[reference].used_by)}",))
        elif reference not in new:
            if reference in named:
                yield Change(object=name, what="gone")
        else:
            was, is_now = old[reference].digest, new[reference].digest
            if was and is_now and was != is_now:
                yield Change(object=name, what="changed", details=(f"digest: was {was}, is {is_now}",))


def _images(inventory: Inventory) -> dict[str, ImageUse]:
    """Return the images by reference, without those of the migration's own pods."""
    theirs = [obj for obj in inventory.objects() if OWNER not in (obj["metadata"].get("labels") or {})]
    found = find_images(theirs, inventory.registries, inventory.image_fields)
    return {image.reference: image for image in found}
