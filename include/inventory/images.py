"""Find every image a cluster runs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from include.inventory.field_paths import custom_values
from include.inventory.model import ImageUse, label
from include.inventory.owners import controller_reference, is_finished
from include.inventory.pod_specs import containers, is_custom, pod_spec

if TYPE_CHECKING:
    from include.definition import CustomImage

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
STATUS_LISTS = ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses")
# Keys under which custom resources name an image.
IMAGE_KEY = re.compile(r"^(image|.*Image)$")


def find_images(
    objects: Iterable[dict[str, Any]], registries: Sequence[str], fields: Sequence[CustomImage] = ()
) -> list[ImageUse]:
    """Return each image reference once, with the digest that pods report and who uses it.

    What has ended, or only records a former state, needs no image any more.

    :param registries: in custom resources only references of these registry hosts count as images.
    :param fields: further fields of custom resources that hold images, of whatever registry.
    """
    users: dict[str, set[str]] = {}
    nodes: dict[str, set[str]] = {}
    digests: dict[str, Counter[str]] = {}
    for obj in objects:
        for reference in references_of(obj, registries, fields) if _is_needed(obj) else ():
            users.setdefault(reference, set()).add(_user(obj))
        for reference, digest in _pulled(obj):
            digests.setdefault(reference, Counter())[digest] += 1
            node = obj["spec"].get("nodeName")
            nodes.setdefault(reference, set()).update([node] if node else [])
    return [
        _image_use(reference, users[reference], digests.get(reference), nodes.get(reference, set()))
        for reference in sorted(users)
    ]


def _is_needed(obj: dict[str, Any]) -> bool:
    """Say whether an object will pull its images again.

    A Deployment keeps its former ReplicaSets for years; their images are often gone from the registry.
    """
    if obj.get("kind") == "ReplicaSet":
        return controller_reference(obj) is None
    return not is_finished(obj)


def references_of(
    obj: dict[str, Any], registries: Sequence[str], fields: Sequence[CustomImage] = ()
) -> Iterator[str]:
    """Yield the image references an object names: containers of any sort, image volumes, custom resources."""
    for container in containers(obj):
        if container.get("image"):
            yield container["image"]
    for volume in (pod_spec(obj) or {}).get("volumes") or []:
        reference = (volume.get("image") or {}).get("reference")
        if reference:
            yield reference
    if is_custom(obj):
        yield from (text for _, _, text in custom_references(obj, registries, fields))


def custom_references(
    obj: dict[str, Any], registries: Sequence[str], fields: Sequence[CustomImage] = ()
) -> Iterator[tuple[Any, Any, str]]:
    """Yield (mapping or list, key, reference) of images a custom resource names, each place once."""
    seen: set[tuple[int, Any]] = set()
    for node, key, text in chain(_walk(obj.get("spec"), registries), _named_fields(obj, fields)):
        if (id(node), key) not in seen:
            seen.add((id(node), key))
            yield node, key, text


def _named_fields(obj: dict[str, Any], fields: Sequence[CustomImage]) -> Iterator[tuple[Any, Any, str]]:
    return (place for place in custom_values(obj, fields) if isinstance(place[2], str) and place[2])


def _walk(node: Any, registries: Sequence[str]) -> Iterator[tuple[Any, str, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, str) and IMAGE_KEY.match(key) and value.partition("/")[0] in registries:
                yield node, key, value
            else:
                yield from _walk(value, registries)
    elif isinstance(node, list):
        for value in node:
            yield from _walk(value, registries)


def _pulled(obj: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (reference of the spec, digest the kubelet pulled) of a pod's containers."""
    if obj.get("kind") != "Pod":
        return
    wanted = {container["name"]: container.get("image", "") for container in containers(obj)}
    status = obj.get("status") or {}
    for name in STATUS_LISTS:
        for row in status.get(name) or []:
            match = DIGEST.search(row.get("imageID") or "")
            # A local image id (docker://sha256:… without a repository) is a config digest, not a manifest's.
            if match and "@" in row["imageID"] and wanted.get(row["name"]):
                yield wanted[row["name"]], match.group(0)


def _image_use(reference: str, users: set[str], digests: Counter[str] | None, nodes: set[str]) -> ImageUse:
    pinned = DIGEST.search(reference.partition("@")[2])
    ranked = [pinned.group(0)] if pinned else [digest for digest, _ in (digests or Counter()).most_common()]
    digest = ranked[0] if ranked else None
    return ImageUse(reference, digest, tuple(sorted(users)), tuple(ranked[1:]), tuple(sorted(nodes)))


def _user(obj: dict[str, Any]) -> str:
    """Name the owner rather than a pod or ReplicaSet, whose names change."""
    owner = controller_reference(obj)
    if owner is None:
        return label(obj)
    return f"{owner['kind']} {obj['metadata'].get('namespace')}/{owner['name']}"
