"""Copy what refers to an image, where the definition wants it and the target can keep it."""

from __future__ import annotations

from collections.abc import Iterable

from include.errors import PermanentError
from include.images.delivery import Delivery
from include.images.relay import Count, Place
from include.inventory.references import Reference


def copy_referrers(
    delivery: Delivery, source: Place, names: Iterable[str], repository: str, count: Count
) -> None:
    """Copy artifacts by their digests and tags into a repository of the target.

    :raises PermanentError: when a registry refuses one of them.
    """
    for name in names:
        tag, digest = ("", name) if ":" in name else (name, "")
        manifest = source.registry.manifest(Reference(source.registry.host, source.repository, tag, digest))
        if manifest is None:
            raise PermanentError(
                f"referrer {name} of {source.registry.host}/{source.repository}, source: its registry lists it and does not have "
                "it; delete it there, or set images.referrers to drop"
            )
        delivery.deliver(manifest, source, repository, name, count)
