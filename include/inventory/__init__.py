"""Read the source once: its objects, images and volumes, and the obstacles they pose."""

from __future__ import annotations

from include.inventory.crawl import read_source, take_inventory
from include.inventory.model import Finding, ImageUse, VolumeUse
from include.inventory.store import Inventory, load_inventory

__all__ = [
    "Finding",
    "ImageUse",
    "Inventory",
    "VolumeUse",
    "load_inventory",
    "read_source",
    "take_inventory",
]
