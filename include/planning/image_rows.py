"""Plan the copy of every image, by the digest the cluster runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from include.errors import PermanentError, PreflightError
from include.inventory.model import ImageUse
from include.inventory.references import Reference, parse_reference
from include.planning.model import PlanItem
from include.planning.rates import predict_seconds
from include.planning.shared_layers import largest_shared
from include.planning.tag_patterns import ListTags, is_pattern, matching_references

if TYPE_CHECKING:
    from include.definition import Definition
    from include.images.arriving import Arrival
    from include.run import MigrationRun

READERS = 8
# That a lost image is looked for on.
MOST_NODES = 5
EXTRA = "images.extra of the definition"
Lookup = Callable[[Reference], "Arrival | None"]


def image_rows(run: MigrationRun, images: list[ImageUse]) -> list[PlanItem]:
    """Return one row per image: the cluster's, Velero's, the mover's, and those the definition adds.

    :raises PreflightError: with every image its registry does not serve.
    """
    from include.images import target_reference
    from include.images.arriving import arrival_of
    from include.images.contents import ContentRegistry
    from include.images.obstacles import is_taken_from_nodes

    images_of = run.definition.images
    registries = {
        source: ContentRegistry(run.connections.registry(connection))
        for source, connection in images_of.sources.items()
    }

    def nodes_of(image: ImageUse) -> list[str]:
        source = images_of.source_of(parse_reference(image.reference).name)
        if source is None or not is_taken_from_nodes(images_of, image):
            return []
        is_lost = registries[source].digest(pinned(image)) is None
        return list(image.nodes[:MOST_NODES]) if is_lost else []

    def look_up(reference: Reference) -> Arrival | None:
        source = images_of.source_of(reference.name)
        if source is None:
            return None
        manifest = registries[source].manifest(reference)
        if manifest is None:
            raise PermanentError("its registry does not have all of it any more; push it again")
        return arrival_of(manifest, images_of)

    def list_tags(reference: Reference) -> Iterable[str]:
        source = images_of.source_of(reference.name)
        if source is None:
            raise PermanentError(
                f"repository {reference.name}, images.extra: its tags can be listed only with a connection; name its registry in "
                "images.sources"
            )
        return registries[source].tags(reference.repository)

    try:
        matched, problems = images_of_patterns(run.definition, list_tags)
        wanted = with_own_images(run.definition, [*images, *matched])
        return plan_images(wanted, look_up, partial(target_reference, run), problems, nodes_of)
    finally:
        for registry in registries.values():
            registry.close()


def with_own_images(definition: Definition, images: list[ImageUse]) -> list[ImageUse]:
    """Return the images, each once, with those the migration itself needs on the target; patterns are left out."""
    known = {image.reference: image for image in reversed(images)}
    own = {
        definition.velero.images.server: "Velero",
        definition.velero.images.plugin: "Velero",
        definition.volumes.mover_image: "the mover of volumes",
    } | {one: EXTRA for one in definition.images.extra if not is_pattern(one)}
    added = [ImageUse(reference, None, (user,)) for reference, user in own.items() if reference not in known]
    return sorted([*known.values(), *added], key=lambda image: image.reference)


def images_of_patterns(definition: Definition, list_tags: ListTags) -> tuple[list[ImageUse], list[str]]:
    """Return the images that the patterns of `images.extra` stand for, and the problems of patterns that stand for none."""
    found, problems = [], []
    for pattern in filter(is_pattern, definition.images.extra):
        try:
            found += [ImageUse(one, None, (EXTRA,)) for one in matching_references(pattern, list_tags)]
        except PermanentError as error:
            problems.append(str(error))
    return found, problems


def plan_images(
    images: list[ImageUse],
    look_up: Lookup,
    target: Callable[[str], str],
    known_problems: Sequence[str] = (),
    nodes_of: Callable[[ImageUse], list[str]] = lambda _: [],
) -> list[PlanItem]:
    """Return the rows, with digests and size as the registries tell them.

    :param known_problems: are reported with those that are found here.
    :param nodes_of: nodes that an image is taken from, none of one that its registry has.
    :raises PreflightError: with every image that cannot be had, and every pair that would share a name on the target.
    :raises TemporaryError: when a registry does not answer: planning is repeated then.
    """
    wanted = [image for image in images if target(image.reference) != image.reference]
    problems = list(known_problems)

    def ask(image: ImageUse) -> Arrival | None:
        try:
            return None if lost.get(image.reference) else look_up(pinned(image))
        except PermanentError as error:
            problems.append(f"image {image.reference}, used by {', '.join(image.used_by)}: {error}")
            return None

    with ThreadPoolExecutor(READERS) as pool:
        names = [image.reference for image in wanted]
        lost = dict(zip(names, pool.map(nodes_of, wanted), strict=True))
        arrivals = list(pool.map(ask, wanted))
    known = zip(wanted, arrivals, strict=True)
    shared = largest_shared({image.reference: one.blobs for image, one in known if one is not None})
    planned = [
        _row(image, arrival, target(image.reference), shared.get(image.reference, ""), lost[image.reference])
        for image, arrival in zip(wanted, arrivals, strict=True)
    ]
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
                f"{row.target}; restart their pods so that they run the same, give one a tag of its own, or another name with "
                "images.names"
            )
    return found


def pinned(image: ImageUse) -> Reference:
    """Return the reference of an image by the digest the cluster runs."""
    parts = parse_reference(image.reference)
    return Reference(parts.registry, parts.repository, parts.tag, image.digest or parts.digest)


def _row(
    image: ImageUse, arrival: Arrival | None, target: str, shared_layer: str, nodes: list[str]
) -> PlanItem:
    reference = pinned(image)
    digest = reference.digest or (arrival.digest if arrival else "")
    name = reference.name
    size = arrival.size if arrival else 0
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
            "target_digest": arrival.target_digest if arrival else "",
            "left_out": list(arrival.left_out) if arrival else [],
            "together": shared_layer,
            "used_by": list(image.used_by),
            **({"nodes": nodes} if nodes else {}),
        },
    )
