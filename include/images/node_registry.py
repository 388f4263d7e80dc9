"""Be a registry that serves one image from nodes that still have it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import httpx

from include.connections import RegistryAccess
from include.errors import PermanentError
from include.images.contents import ContentRegistry
from include.images.manifests import Manifest
from include.images.node_reader import NodeReader

PATH = re.compile(r"/v2/.+/(?P<kind>manifests|blobs)/(?P<digest>sha256:[0-9a-f]{64})")
ATTESTATION = "vnd.docker.reference.type"


class NodeRegistry(ContentRegistry):
    """Read an image's manifests and blobs as from a registry; `node` is the one that has all of it."""

    def __init__(self, reader: NodeReader, nodes: Sequence[str]) -> None:
        self._nodes = _Nodes(reader, nodes)
        access = RegistryAccess(f"containerd.{nodes[0]}", user="", password="")
        super().__init__(access, transport=self._nodes)

    @property
    def node(self) -> str:
        """Return the node that is read; empty before the manifest was."""
        return self._nodes.node


class _Nodes(httpx.BaseTransport):
    """Answer requests for manifests and blobs from the first node that has the whole image.

    Of an index, containerd has pulled what its own platform needs: where others are missing, the manifest of that platform stands
    in its place.
    """

    def __init__(self, reader: NodeReader, nodes: Sequence[str]) -> None:
        self._reader = reader
        self._candidates = nodes
        self.node = ""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer; whatever else a registry is asked for is not here."""
        found = PATH.fullmatch(request.url.path)
        if request.method != "GET" or found is None:
            return httpx.Response(404)
        digest = found["digest"]
        if found["kind"] == "blobs":
            return self._blob(digest)
        body = self._read(self.node, digest) if self.node else self._choose(digest)
        return httpx.Response(200, content=body, headers={"Content-Type": _media_type(json.loads(body))})

    def _blob(self, digest: str) -> httpx.Response:
        size = self._reader.sizes(self.node, [digest]).get(digest)
        if size is None:
            return httpx.Response(404)
        stream = _Stream(self._reader.read(self.node, digest))
        return httpx.Response(200, stream=stream, headers={"Content-Length": str(size)})

    def _choose(self, digest: str) -> bytes:
        """Return the manifest as the first node that has all of it does.

        :raises PermanentError: when none has, with what each lacks.
        """
        problems = []
        for node in self._candidates:
            missing, body = self._look(node, digest)
            if not missing:
                self.node = node
                return body
            problems.append(f"node {node} lacks {missing}")
        raise PermanentError(
            f"its registry has lost it, and {'; '.join(problems)}: containerd has removed them after it unpacked the image "
            "(`discard_unpacked_layers`), or another runtime runs there; build it anew, or remove what uses it"
        )

    def _look(self, node: str, digest: str) -> tuple[str, bytes]:
        """Return what of an image a node lacks, and its manifest."""
        if not self._reader.sizes(node, [digest]):
            return f"its manifest {digest}", b""
        manifest = Manifest("", self._read(node, digest))
        entries = manifest.entries
        if entries:
            present = self._reader.sizes(node, [str(entry["digest"]) for entry in entries])
            chosen = _children(entries, present)
            if not chosen:
                return "the manifests of all platforms", b""
            children = tuple(Manifest("", self._read(node, str(entry["digest"]))) for entry in chosen)
            manifest = Manifest("", manifest.body, children) if len(chosen) == len(entries) else children[0]
        blobs = [blob.digest for blob in manifest.blobs()]
        lacking = sorted(set(blobs) - self._reader.sizes(node, blobs).keys())
        return (f"{len(lacking)} of its {len(blobs)} layers and configs" if lacking else ""), manifest.body

    def _read(self, node: str, digest: str) -> bytes:
        return b"".join(self._reader.read(node, digest))


class _Stream(httpx.SyncByteStream):
    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces


def _children(entries: list[dict[str, Any]], present: dict[str, int]) -> list[dict[str, Any]]:
    """Return the entries that are there; of an incomplete index only what runs, which comes first."""
    there = [entry for entry in entries if entry["digest"] in present]
    if len(there) == len(entries):
        return there
    return [entry for entry in there if ATTESTATION not in (entry.get("annotations") or {})]


def _media_type(document: dict[str, Any]) -> str:
    """Return the type that a manifest names; OCI's may leave it out."""
    kind = "index" if "manifests" in document else "manifest"
    return str(document.get("mediaType") or f"application/vnd.oci.image.{kind}.v1+json")
