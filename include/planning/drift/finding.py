"""Compare the source with the inventory that a plan was made of."""

from __future__ import annotations

from include.inventory.store import Inventory
from include.planning.drift.images import image_changes
from include.planning.drift.model import Change
from include.planning.drift.objects import object_changes
from include.planning.drift.volumes import volume_changes


def find_changes(before: Inventory, after: Inventory, key: bytes) -> list[Change]:
    """Return every change that matters to a migration: objects, then images, then volumes.

    :param key: the one that the hashes of Secrets in both inventories were made with, `MigrationRun.secrets_key`.
    """
    return [
        *object_changes(before, after, key),
        *image_changes(before, after),
        *volume_changes(before, after),
    ]
