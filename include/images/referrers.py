"""Find what refers to an image: signatures, bills of materials and other artifacts."""

from __future__ import annotations

from include.errors import PermanentError
from include.images.contents import ContentRegistry
from include.inventory.references import Reference
from include.registries import explain_refusal

# cosign keeps signatures, attestations and bills of materials under tags made of the image's digest.
COSIGN_TAGS = ("sig", "att", "sbom")


def find_referrers(registry: ContentRegistry, repository: str, digest: str) -> list[str]:
    """Return the digests and tags under which a repository keeps what refers to an image.

    By the referrers API of the distribution specification 1.1, by the tag of its fallback, and by cosign's tags.

    :raises PermanentError: when the registry refuses to tell.
    """
    return [*_listed(registry, repository, digest), *_tagged(registry, repository, digest)]


def tag_of(digest: str) -> str:
    """Return the tag that stands for a digest where a registry has no referrers API."""
    return digest.replace(":", "-")


def _listed(registry: ContentRegistry, repository: str, digest: str) -> list[str]:
    scope = f"repository:{repository}:pull"
    answer = registry.request("GET", f"/v2/{repository}/referrers/{digest}", scope)
    # Registries before the API answer 404; some take the path for another one and answer 400 or 405.
    if answer.status_code in {400, 404, 405}:
        index = registry.manifest(Reference(registry.host, repository, tag_of(digest), ""))
        return [child.digest for child in index.children] if index else []
    if not answer.is_success:
        raise PermanentError(
            f"repository {registry.host}/{repository}, source: listing what refers to {digest} was answered "
            f"{explain_refusal(answer)}; check that the connection may read it"
        )
    return [str(entry["digest"]) for entry in answer.json().get("manifests") or []]


def _tagged(registry: ContentRegistry, repository: str, digest: str) -> list[str]:
    tags = [f"{tag_of(digest)}.{end}" for end in COSIGN_TAGS]
    return [tag for tag in tags if registry.digest(Reference(registry.host, repository, tag, ""))]
