"""Name images in the target registry, so that no two source images share a name."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from include.inventory.references import Reference, parse_reference

if TYPE_CHECKING:
    from include.definition import Definition, ImageName, Images
    from include.run import MigrationRun

FOREIGN_PREFIX = "from."
DIGEST_CHARACTERS = 12
LONGEST_REPOSITORY = 128
LONGEST_TAG = 128


def target_reference(run: MigrationRun, reference: str) -> str:
    """Return where the run puts an image: `registry/organization/repository:tag`."""
    host = run.connections.registry(run.definition.images.target.connection).host
    return map_reference(run.definition, host, reference)


def map_reference(definition: Definition, target_host: str, reference: str) -> str:
    """Return the target's reference of an image; one that lies in the target registry stays as it is.

    The longest of `images.names` that fits holds. Without one, images of the first registry that `images.sources` names
    keep their paths, and those of any other registry go below `from.<registry>/`, so that equal paths of two registries
    stay apart. A digest cannot be kept in a name, because the target may need other media types: it becomes a tag.
    """
    parts = parse_reference(reference)
    if parts.registry == target_host:
        return reference
    organization = definition.images.target.organization
    repository = _shortened(_renamed(parts, definition.images), len(organization) + 1)
    return f"{target_host}/{organization}/{repository}:{_tag(parts)}"


def _renamed(parts: Reference, settings: Images) -> str:
    rules = [rule for rule in settings.names if _fits(rule, parts.name)]
    if not rules:
        return _kept(parts, settings)
    rule = max(rules, key=lambda rule: len(rule.before))
    return rule.after + parts.name.removeprefix(rule.before)


def _fits(rule: ImageName, name: str) -> bool:
    return name.startswith(rule.before) if rule.is_prefix else name == rule.before


def _kept(parts: Reference, settings: Images) -> str:
    path = parts.repository
    if parts.registry not in settings.hosts[:1] or path.startswith(FOREIGN_PREFIX):
        path = f"{FOREIGN_PREFIX}{parts.registry.lower().replace(':', '.port.')}/{path}"
    return path


def _shortened(path: str, reserved: int) -> str:
    longest = LONGEST_REPOSITORY - reserved
    if len(path) <= longest:
        return path
    digest = hashlib.sha256(path.encode()).hexdigest()[:DIGEST_CHARACTERS]
    return f"{path[: longest - DIGEST_CHARACTERS - 1].rstrip('/._-')}-{digest}"


def _tag(parts: Reference) -> str:
    if not parts.digest:
        return parts.tag
    algorithm, _, value = parts.digest.partition(":")
    pinned = f"{algorithm}-{value[:DIGEST_CHARACTERS]}"
    if not parts.tag:
        return pinned
    return f"{parts.tag[: LONGEST_TAG - len(pinned) - 1]}-{pinned}"
