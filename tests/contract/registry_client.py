"""A registry as a client of its HTTP interface sees it, with just enough to push a small image."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import httpx

SCHEMA2 = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
REPOSITORY = "lab-check"
_TYPES = {
    SCHEMA2: (
        "application/vnd.docker.container.image.v1+json",
        "application/vnd.docker.image.rootfs.diff.tar.gzip",
    ),
    OCI_MANIFEST: (
        "application/vnd.oci.image.config.v1+json",
        "application/vnd.oci.image.layer.v1.tar+gzip",
    ),
}


def open_client(document: dict[str, Any], **changed: Any) -> httpx.Client:
    values: dict[str, Any] = {
        "base_url": f"{document['extra']['scheme']}://{document['host']}",
        "auth": (document["login"], document["password"]),
        "timeout": 30,
        "trust_env": False,
    }
    return httpx.Client(**(values | changed))


@dataclass
class Pusher:
    """Pushes into one repository, and removes what it pushed."""

    client: httpx.Client
    repository: str = REPOSITORY
    manifests: list[str] = field(default_factory=list)
    blobs: list[str] = field(default_factory=list)

    def blob(self, content: bytes) -> dict[str, Any]:
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        begun = self.client.post(f"/v2/{self.repository}/blobs/uploads/")
        assert begun.status_code == 202, begun.text
        place = httpx.URL(begun.headers["Location"]).copy_merge_params({"digest": digest})
        done = self.client.put(place, content=content, headers={"Content-Type": "application/octet-stream"})
        assert done.status_code == 201, done.text
        self.blobs.append(digest)
        return {"digest": digest, "size": len(content)}

    def image(
        self, kind: str, content: bytes = b"a layer that nobody unpacks", tag: str | None = None
    ) -> dict[str, Any]:
        """Push an image of one layer, by its digest or by a tag; return its descriptor."""
        config_type, layer_type = _TYPES[kind]
        text = json.dumps({
            "architecture": "amd64",
            "os": "linux",
            "rootfs": {"type": "layers", "diff_ids": []},
        })
        document = {
            "schemaVersion": 2,
            "mediaType": kind,
            "config": {"mediaType": config_type, **self.blob(text.encode())},
            "layers": [{"mediaType": layer_type, **self.blob(content)}],
        }
        answer, descriptor = self.manifest(kind, document, tag)
        assert answer.status_code == 201, answer.text
        return descriptor

    def manifest(
        self, kind: str, document: dict[str, Any], tag: str | None = None
    ) -> tuple[httpx.Response, dict[str, Any]]:
        """Put a manifest by its digest or by a tag; return the answer, and its descriptor."""
        text = json.dumps(document).encode()
        digest = f"sha256:{hashlib.sha256(text).hexdigest()}"
        answer = self.client.put(
            f"/v2/{self.repository}/manifests/{tag or digest}", content=text, headers={"Content-Type": kind}
        )
        if answer.status_code == 201:
            self.manifests.append(digest)
        return answer, {"mediaType": kind, "digest": digest, "size": len(text)}

    def index(self, kind: str, image: dict[str, Any]) -> dict[str, Any]:
        """Return a list of one image for one platform."""
        platform = {"platform": {"architecture": "amd64", "os": "linux"}}
        return {"schemaVersion": 2, "mediaType": kind, "manifests": [image | platform]}

    def clean(self) -> None:
        for digest in self.manifests:
            self.client.delete(f"/v2/{self.repository}/manifests/{digest}")
        for digest in self.blobs:
            self.client.delete(f"/v2/{self.repository}/blobs/{digest}")
