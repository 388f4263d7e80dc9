"""Find the tags that a pattern of `images.extra` stands for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase

from include.errors import PermanentError
from include.inventory.references import Reference, parse_reference

WILDCARD = re.compile(r"[*?\[]")
# Tags that cosign and the referrers' fallback make of digests: they name no image that somebody runs.
OF_DIGESTS = re.compile(r"sha256-[0-9a-f]{64}(\..*)?")
MOST_MATCHES = 500

ListTags = Callable[[Reference], Iterable[str]]


def is_pattern(reference: str) -> bool:
    """Say whether a reference's tag stands for several."""
    return WILDCARD.search(parse_reference(reference).tag) is not None


def matching_references(pattern: str, list_tags: ListTags) -> list[str]:
    """Return a reference for every tag of the repository that fits, sorted.

    :raises PermanentError: when none fits, or more than anybody means.
    """
    parts = parse_reference(pattern)
    tags = sorted(
        tag for tag in list_tags(parts) if fnmatchcase(tag, parts.tag) and not OF_DIGESTS.fullmatch(tag)
    )
    if not tags:
        raise PermanentError(
            f"image {pattern}, images.extra: none of the repository's tags fits; correct the pattern, or remove it"
        )
    if len(tags) > MOST_MATCHES:
        raise PermanentError(
            f"image {pattern}, images.extra: {len(tags)} tags fit, more than {MOST_MATCHES}; narrow the pattern"
        )
    return [f"{pattern.removesuffix(parts.tag)}{tag}" for tag in tags]
