"""Find what refers to an image: signatures, bills of materials and other artifacts."""

from __future__ import annotations

from include.errors import PermanentError
from include.images.relay import Place
from include.inventory.references import Reference
from include.registries import explain_refusal

# cosign keeps signatures, attestations and bills of materials under tags made of the image's digest.
COSIGN_TAGS = ("sig", "att", "sbom")
# Registries before the API answer 404; some take the path for another one and answer 400 or 405.
NO_API = frozenset({400, 404, 405})


class ReferrerFinder:
    """Find what refers to images of many repositories; safe to use from several threads.

    The tags of a repository are listed once, and where it has no referrers API it is asked for it once; threads that meet
    may ask the same twice.
    """

    def __init__(self) -> None:
        self._tags: dict[Place, frozenset[str]] = {}
        self._without_api: set[Place] = set()

    def find(self, place: Place, digest: str) -> list[str]:
        """Return the digests and tags under which a repository keeps what refers to an image.

        By the referrers API of the distribution specification 1.1, by the tag of its fallback, and by cosign's tags.

        :raises PermanentError: when the registry refuses to tell.
        """
        tags = self._tags_of(place)
        cosign = [f"{tag_of(digest)}.{end}" for end in COSIGN_TAGS]
        return [*self._listed(place, digest, tags), *(tag for tag in cosign if tag in tags)]

    def _tags_of(self, place: Place) -> frozenset[str]:
        if place not in self._tags:
            self._tags[place] = frozenset(place.registry.tags(place.repository))
        return self._tags[place]

    def _listed(self, place: Place, digest: str, tags: frozenset[str]) -> list[str]:
        found = None if place in self._without_api else _asked(place, digest)
        if found is not None:
            return found
        self._without_api.add(place)
        return _of_fallback(place, digest) if tag_of(digest) in tags else []


def tag_of(digest: str) -> str:
    """Return the tag that stands for a digest where a registry has no referrers API."""
    return digest.replace(":", "-")


def _asked(place: Place, digest: str) -> list[str] | None:
    """Return what the referrers API tells, or None where there is none."""
    registry, repository = place.registry, place.repository
    scope = f"repository:{repository}:pull"
    answer = registry.request("GET", f"/v2/{repository}/referrers/{digest}", scope)
    if answer.status_code in NO_API:
        return None
    if not answer.is_success:
        raise PermanentError(
            f"repository {registry.host}/{repository}, source: listing what refers to {digest} was answered "
            f"{explain_refusal(answer)}; check that the connection may read it"
        )
    return [str(entry["digest"]) for entry in answer.json().get("manifests") or []]


def _of_fallback(place: Place, digest: str) -> list[str]:
    name = Reference(place.registry.host, place.repository, tag_of(digest), "")
    index = place.registry.manifest(name)
    return [child.digest for child in index.children] if index else []
