"""Copy images by digest into the target registry, and prove them by config and layer digests."""

from __future__ import annotations

from include.images.copying import copy_images
from include.images.digests import digest_map
from include.images.naming import map_reference, target_reference
from include.images.planned import pinned_targets
from include.images.proving import prove_images

__all__ = ["copy_images", "digest_map", "map_reference", "pinned_targets", "prove_images", "target_reference"]
