"""Plan the copy of every image, by the digest the cluster runs."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from include.errors import PermanentError, PreflightError
from include.inventory.model import ImageUse
from include.inventory.references import Reference, parse_reference
from include.planning.model import PlanItem
from include.planning.rates import predict_seconds
from include.planning.registry import Registry, RemoteImage

if TYPE_CHECKING:
    from include.definition import Definition
    from include.run import MigrationRun

READERS = 8
Lookup = Callable[[Reference], RemoteImage | None]


def image_rows(run: MigrationRun, images: list[ImageUse]) -> list[PlanItem]:
    """Return one row per image: the cluster's, Velero's, the mover's, and those the definition adds.

    :raises PreflightError: with every image its registry does not serve.
    """
    from include.images import target_reference

    registries = {
        host: Registry(run.connections.registry(connection))
        for host, connection in run.definition.images.sources.items()
    }

    def look_up(reference: Reference) -> RemoteImage | None:
        registry = registries.get(reference.registry)
        return registry.image(reference) if registry else None

    try:
        return plan_images(with_own_images(run.definition, images), look_up, partial(target_reference, run))
    finally:
        for registry in registries.values():
            registry.close()


def with_own_images(definition: Definition, images: list[ImageUse]) -> list[ImageUse]:
    """Return the images with those the migration itself needs on the target."""
    known = {image.reference for image in images}
    own = {
        definition.velero.images.server: "Velero",
        definition.velero.images.plugin: "Velero",
        definition.volumes.mover_image: "the mover of volumes",
    } | dict.fromkeys(definition.images.extra, "images.extra of the definition")
    added = [ImageUse(reference, None, (user,)) for reference, user in own.items() if reference not in known]
    return sorted([*images, *added], key=lambda image: image.reference)


def plan_images(images: list[ImageUse], look_up: Lookup, target: Callable[[str], str]) -> list[PlanItem]:
    """Return the rows, with digest and size as the registries tell them.

    :raises PreflightError: with every image that cannot be had, and every pair that would share a name on the target.
    :raises TemporaryError: when a registry does not answer: planning is repeated then.
    """
    wanted = [image for image in images if target(image.reference) != image.reference]
    problems: list[str] = []

    def plan(image: ImageUse) -> PlanItem | None:
        reference = pinned(image)
        try:
            remote = look_up(reference)
        except PermanentError as error:
            problems.append(f"image {image.reference}, used by {', '.join(image.used_by)}: {error}")
            return None
        return _row(image, reference, remote, target(image.reference))

    with ThreadPoolExecutor(READERS) as pool:
        rows = list(pool.map(plan, wanted))
    planned = [row for row in rows if row is not None]
    problems += _clashes(planned)
    if problems:
        raise PreflightError(sorted(problems))
    return planned


def _clashes(rows: list[PlanItem]) -> list[str]:
    """Return a line per image whose name on the target another image has taken, written differently: `nginx`, `nginx:latest`."""
    first: dict[str, PlanItem] = {}
    found = []
    for row in rows:
        other = first.setdefault(row.target, row)
        if other.details["digest"] != row.details["digest"]:
            found.append(
                f"images {other.source} and {row.source}, source cluster: run as different images, and both would become "
                f"{row.target}; restart their pods so that they run the same, or give one a tag of its own"
            )
    return found


def pinned(image: ImageUse) -> Reference:
    """Return the reference of an image by the digest the cluster runs."""
    parts = parse_reference(image.reference)
    return Reference(parts.registry, parts.repository, parts.tag, image.digest or parts.digest)


def _row(image: ImageUse, reference: Reference, remote: RemoteImage | None, target: str) -> PlanItem:
    digest = reference.digest or (remote.digest if remote else "")
    name = f"{reference.registry}/{reference.repository}"
    size = remote.size if remote else 0
    return PlanItem(
        key=image.reference,
        phase="swr_image_sync",
        kind="image",
        source=image.reference,
        target=target,
        action="copy",
        bytes=size,
        predicted_seconds=predict_seconds("image", size),
        details={
            "source_reference": f"{name}@{digest}" if digest else image.reference,
            "target_reference": target,
            "digest": digest,
            "used_by": list(image.used_by),
        },
    )
