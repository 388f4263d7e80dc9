"""A registry in memory, as a client of its HTTP interface sees it."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from dataclasses import dataclass, field
from typing import Any

import httpx

from include.connections import RegistryAccess
from include.images.manifests import DOCKER_LIST, OCI_INDEX, OCI_MANIFEST
from include.images.target import TargetRegistry

PATH = re.compile(r"/v2/(?P<repository>.+?)/(?P<kind>manifests|blobs|tags|referrers)/(?P<name>.*)")
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
CONFIG = "application/vnd.oci.image.config.v1+json"


def digest_of(content: bytes) -> str:
    """Return the digest that names these bytes."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@dataclass
class FakeRegistry:
    """Hold repositories; `requests` are `METHOD path` in the order in which they came.

    :param refused_types: media types of manifests that it does not take.
    :param closed: repositories that may not be pushed to.
    :param failures: what it answers to the next uploads once they have arrived.
    """

    host: str = "registry.test"
    refused_types: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()
    failures: list[int] = field(default_factory=list)
    mounts: bool = True
    hides_referrers: bool = False
    has_referrers_api: bool = True
    blobs: dict[str, dict[str, bytes]] = field(default_factory=dict)
    manifests: dict[str, dict[str, tuple[str, bytes]]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    uploads: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def client(self) -> TargetRegistry:
        """Return a client that reads and writes."""
        access = RegistryAccess(self.host, "user", "registry-secret", "http")
        return TargetRegistry(access, transport=httpx.MockTransport(self.answer))

    def asked(self, method: str, part: str = "") -> list[str]:
        """Return the requests of a method whose path holds a text."""
        return [one for one in self.requests if one.startswith(f"{method} ") and part in one]

    def push_image(self, repository: str, tag: str, *layers: bytes, **extra: Any) -> dict[str, Any]:
        """Put an image of these layers; return its descriptor. Without a tag it has its digest only."""
        config = json.dumps({"architecture": "amd64", "os": "linux", "of": repository, "tag": tag}).encode()
        document = {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": {"mediaType": CONFIG, **self.push_blob(repository, config)},
            "layers": [{"mediaType": LAYER, **self.push_blob(repository, layer)} for layer in layers],
            **extra,
        }
        return self.push_manifest(repository, tag, document)

    def push_index(self, repository: str, tag: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
        """Put an OCI index."""
        document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}
        return self.push_manifest(repository, tag, document)

    def push_blob(self, repository: str, content: bytes) -> dict[str, Any]:
        """Put a blob; return its descriptor."""
        self.blobs.setdefault(repository, {})[digest_of(content)] = content
        return {"digest": digest_of(content), "size": len(content)}

    def push_manifest(self, repository: str, tag: str, document: dict[str, Any]) -> dict[str, Any]:
        """Put a manifest under its digest, and a tag where there is one."""
        body = json.dumps(document).encode()
        rows = self.manifests.setdefault(repository, {})
        rows[digest_of(body)] = (document["mediaType"], body)
        if tag:
            rows[tag] = rows[digest_of(body)]
        return {"mediaType": document["mediaType"], "digest": digest_of(body), "size": len(body)}

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer as https://github.com/opencontainers/distribution-spec has it."""
        with self.lock:
            self.requests.append(f"{request.method} {request.url.raw_path.decode()}")
        found = PATH.fullmatch(request.url.path)
        if found is None:
            return httpx.Response(200)
        repository, name = found["repository"], found["name"]
        if name.startswith("uploads/"):
            return self._upload(request, repository, name.removeprefix("uploads/"))
        if found["kind"] == "manifests":
            return self._manifest(request, repository, name)
        if found["kind"] == "blobs":
            return self._blob(repository, name)
        if found["kind"] == "referrers":
            return self._referrers(repository, name)
        return httpx.Response(
            200, json={"tags": [one for one in self.manifests[repository] if ":" not in one]}
        )

    def _blob(self, repository: str, digest: str) -> httpx.Response:
        content = self.blobs.get(repository, {}).get(digest)
        # In pieces, as over a network: what has been read whole cannot be streamed again.
        return httpx.Response(404) if content is None else httpx.Response(200, content=iter([content]))

    def _manifest(self, request: httpx.Request, repository: str, name: str) -> httpx.Response:
        if request.method == "PUT":
            return self._put(request, repository, name)
        row = self.manifests.get(repository, {}).get(name)
        if row is None:
            return httpx.Response(404)
        headers = {"Content-Type": row[0], "Docker-Content-Digest": digest_of(row[1])}
        return httpx.Response(200, content=row[1], headers=headers)

    def _put(self, request: httpx.Request, repository: str, name: str) -> httpx.Response:
        media_type, document = request.headers["Content-Type"], json.loads(request.content)
        if media_type in self.refused_types:
            error = {"code": "MANIFEST_INVALID", "message": "Invalid image, fail to parse 'manifest.json'"}
            return httpx.Response(400, json={"errors": [error]})
        blobs, manifests = self.blobs.get(repository, {}), self.manifests.setdefault(repository, {})
        parts = [document.get("config") or {}, *document.get("layers", [])]
        missing = [part["digest"] for part in parts if part and part["digest"] not in blobs]
        missing += [one["digest"] for one in document.get("manifests", []) if one["digest"] not in manifests]
        if missing:
            return httpx.Response(
                404, json={"errors": [{"code": "MANIFEST_BLOB_UNKNOWN", "message": str(missing)}]}
            )
        manifests[digest_of(request.content)] = manifests[name] = (media_type, request.content)
        return httpx.Response(201)

    def _upload(self, request: httpx.Request, repository: str, name: str) -> httpx.Response:
        if repository in self.closed:
            return httpx.Response(403, json={"errors": [{"code": "DENIED", "message": "no right to push"}]})
        if request.method == "DELETE":
            self.uploads.discard(name)
            return httpx.Response(204)
        if request.method == "PUT":
            content, digest = request.read(), request.url.params["digest"]
            if self.failures:
                return httpx.Response(self.failures.pop())
            self.uploads.discard(name)
            if digest_of(content) != digest:
                return httpx.Response(400, json={"errors": [{"code": "DIGEST_INVALID", "message": ""}]})
            self.push_blob(repository, content)
            return httpx.Response(201)
        mounted, other = request.url.params.get("mount"), request.url.params.get("from", "")
        if self.mounts and mounted in self.blobs.get(other, {}):
            self.push_blob(repository, self.blobs[other][mounted])
            return httpx.Response(201)
        with self.lock:
            number = f"{len(self.requests)}"
            self.uploads.add(number)
        return httpx.Response(202, headers={"Location": f"/v2/{repository}/blobs/uploads/{number}"})

    def _referrers(self, repository: str, digest: str) -> httpx.Response:
        if not self.has_referrers_api:
            return httpx.Response(404)
        if self.hides_referrers:
            return httpx.Response(403)
        found = [
            {"mediaType": kind, "digest": name}
            for name, (kind, body) in self.manifests.get(repository, {}).items()
            if ":" in name and json.loads(body).get("subject", {}).get("digest") == digest
        ]
        return httpx.Response(200, json={"mediaType": OCI_INDEX, "manifests": found})


def swr() -> FakeRegistry:
    """Return a registry that refuses OCI indexes as SWR does."""
    return FakeRegistry("swr.test", refused_types=frozenset({OCI_INDEX}))


__all__ = ["DOCKER_LIST", "FakeRegistry", "digest_of", "swr"]
