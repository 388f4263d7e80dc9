"""The registry behind SWR, asked over its own HTTP interface."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import httpx

_TYPES = ", ".join([
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
])
_PAGE = 1000


@dataclass(frozen=True)
class Manifest:
    """A manifest, and the configuration it names; that is empty for an index."""

    text: str
    digest: str
    configuration: dict[str, Any]

    @property
    def document(self) -> dict[str, Any]:
        """Return the manifest itself."""
        found: dict[str, Any] = json.loads(self.text)
        return found

    @property
    def is_index(self) -> bool:
        """Say whether it lists images of several platforms."""
        return "manifests" in self.document


class ImageRegistry:
    """A registry, with a login that may do everything."""

    def __init__(self, host: str, url: str, login: tuple[str, str]) -> None:
        self.host = host
        self._client = httpx.Client(base_url=url, auth=login, timeout=10, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def repositories(self) -> list[str]:
        """Return the repositories that have content."""
        found: list[str] = []
        while True:
            last = {"last": found[-1]} if found else {}
            answer = self._client.get("/v2/_catalog", params={"n": _PAGE, **last}).raise_for_status()
            page: list[str] = answer.json()["repositories"]
            found += page
            if len(page) < _PAGE:
                return found

    def tags(self, repository: str) -> list[str]:
        """Return the tags of a repository; one that nothing was pushed to has none."""
        answer = self._client.get(f"/v2/{repository}/tags/list")
        if answer.status_code == 404:
            return []
        return sorted(answer.raise_for_status().json()["tags"] or [])

    def manifest(self, repository: str, tag: str) -> Manifest:
        """Return what a tag stands for."""
        path = f"/v2/{repository}/manifests/{tag}"
        answer = self._client.get(path, headers={"Accept": _TYPES}).raise_for_status()
        digest = f"sha256:{hashlib.sha256(answer.content).hexdigest()}"
        configuration = answer.json().get("config", {}).get("digest")
        found = self._client.get(f"/v2/{repository}/blobs/{configuration}") if configuration else None
        return Manifest(answer.text, digest, found.raise_for_status().json() if found else {})
