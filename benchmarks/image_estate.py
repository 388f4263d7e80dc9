"""Sixty images with shared layers, as an estate has them: teams build on the same few bases."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import httpx

from benchmarks.noise import noise

MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG_TYPE = "application/vnd.docker.container.image.v1+json"
LAYER_TYPE = "application/vnd.docker.image.rootfs.diff.tar.gzip"
BASES = 10
REPOSITORIES = 12
TAGS = 5
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class ImageEstate:
    """Say how large it is.

    :param base_size: bytes of each of the ten bases, which six images share.
    :param own_size: bytes of the layer that each image has alone.
    """

    base_size: int = 150 * MEGABYTE
    own_size: int = 25 * MEGABYTE

    def scaled(self, scale: float) -> ImageEstate:
        """Return as many images of another size."""
        return ImageEstate(int(self.base_size * scale), int(self.own_size * scale))

    @property
    def names(self) -> list[str]:
        """Return `repository:tag` of every image."""
        return [f"team{r % 4}/service{r}:{tag}" for r in range(REPOSITORIES) for tag in range(1, TAGS + 1)]

    @property
    def bytes(self) -> int:
        """Return the bytes of all layers, each counted once."""
        return BASES * self.base_size + len(self.names) * self.own_size

    def push(self, address: str) -> None:
        """Put all images into a registry."""
        with httpx.Client(base_url=f"http://{address}", trust_env=False, timeout=120) as client:
            for number, name in enumerate(self.names):
                self._push(client, number, name, version=1)

    def change(self, address: str, version: int) -> int:
        """Give one image in twenty another layer of its own under the same tag; return how many."""
        changed = list(enumerate(self.names))[::20]
        with httpx.Client(base_url=f"http://{address}", trust_env=False, timeout=120) as client:
            for number, name in changed:
                self._push(client, number, name, version)
        return len(changed)

    def _push(self, client: httpx.Client, number: int, name: str, version: int) -> None:
        repository, _, tag = name.partition(":")
        base = noise(f"base {number % BASES}", self.base_size)
        own = noise(f"own {number} {version}", self.own_size)
        layers = [_push_blob(client, repository, LAYER_TYPE, content) for content in (base, own)]
        config = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}}
        text = json.dumps({**config, "comment": f"{name} {version}"}).encode()
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": _push_blob(client, repository, CONFIG_TYPE, text),
            "layers": layers,
        }
        client.put(
            f"/v2/{repository}/manifests/{tag}",
            content=json.dumps(manifest).encode(),
            headers={"Content-Type": MANIFEST_TYPE},
        ).raise_for_status()


def _push_blob(client: httpx.Client, repository: str, kind: str, content: bytes) -> dict[str, Any]:
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    if not client.head(f"/v2/{repository}/blobs/{digest}").is_success:
        begun = client.post(f"/v2/{repository}/blobs/uploads/").raise_for_status()
        place = httpx.URL(begun.headers["Location"]).copy_merge_params({"digest": digest})
        headers = {"Content-Type": "application/octet-stream"}
        client.put(place, content=content, headers=headers).raise_for_status()
    return {"mediaType": kind, "digest": digest, "size": len(content)}
