"""Make an image as an OCI layout on disk, and push it. The same content gives the same digests on every machine."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lab import paths
from lab.images.busybox import BUSYBOX_FOLDERS, busybox_links
from lab.images.layer import LAYER_TYPE, Layer, write_layer

CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
# a fixed date: an image's digest depends on its content alone
CREATED = "2026-01-01T00:00:00Z"


def build_image(
    reference: str,
    files: Mapping[str, Path | bytes],
    entrypoint: Sequence[str],
    *,
    shared: Mapping[str, Path | bytes] | None = None,
    busybox: bool = False,
    command: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
    user: str = "",
    working_folder: str = "/",
    labels: Mapping[str, str] | None = None,
    architecture: str = "amd64",
) -> Path:
    """Build an image and return its OCI layout (a folder), ready for `push_image`.

    Args:
        reference: the name it will have; only names the folder.
        files: path in the image -> file or folder of this machine, or a file's content.
        entrypoint: what the container runs.
        shared: the same for a layer of its own below, which all images with the same content share.
        busybox: put a first layer with a shell and the usual commands under everything.
        command: default arguments.
        environment: variables set in the container.
        links: path in the image -> target of a symbolic link.
        user: uid or uid:gid, empty for root.
        working_folder: where the container starts.
        labels: labels in the image's configuration.
        architecture: the processor its programs are for, in Go's words.
    """
    layout = _layout_folder(reference)
    blobs = layout / "blobs" / "sha256"
    layers = []
    if busybox:
        layers.append(_busybox_layer(blobs))
    if shared:
        layers.append(write_layer(blobs, shared, {}, {}))
    if files or links:
        layers.append(write_layer(blobs, files, links or {}, {}))
    config = {
        "Entrypoint": list(entrypoint),
        "Cmd": list(command),
        "Env": [f"{name}={value}" for name, value in _environment(environment).items()],
        "User": user,
        "WorkingDir": working_folder,
        "Labels": dict(labels or {}),
    }
    _write_manifest(layout, layers, config, architecture)
    return layout


def build_index(reference: str, images: Mapping[str, Path]) -> Path:
    """Build an image for several processors and return its OCI layout.

    Args:
        reference: the name it will have; only names the folder.
        images: architecture -> layout of the image for it, made by `build_image`.
    """
    layout = _layout_folder(reference)
    entries = []
    for architecture, image in images.items():
        for blob in (image / "blobs" / "sha256").iterdir():
            place = layout / "blobs" / "sha256" / blob.name
            if not place.exists():
                os.link(blob, place)
        (entry,) = json.loads((image / "index.json").read_text())["manifests"]
        entries.append(entry | {"platform": {"os": "linux", "architecture": architecture}})
    index = {"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": entries}
    _write_entry(layout, {"mediaType": INDEX_TYPE, **_write_blob(layout, index)})
    return layout


def _environment(given: Mapping[str, str] | None) -> dict[str, str]:
    return {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"} | dict(given or {})


def _layout_folder(reference: str) -> Path:
    layout = paths.data_of("image-layouts") / reference.replace("/", "_").replace(":", "_")
    shutil.rmtree(layout, ignore_errors=True)
    (layout / "blobs" / "sha256").mkdir(parents=True)
    (layout / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    return layout


def _busybox_layer(blobs: Path) -> Layer:
    binary = shutil.which("busybox")
    if binary is None:
        raise SystemExit("busybox is missing: apt-get install --no-install-recommends busybox-static")
    return write_layer(blobs, {"bin/busybox": Path(binary)}, busybox_links(binary), BUSYBOX_FOLDERS)


def _write_manifest(layout: Path, layers: list[Layer], config: dict[str, Any], architecture: str) -> None:
    image = {
        "created": CREATED,
        "architecture": architecture,
        "os": "linux",
        "config": config,
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": {"mediaType": CONFIG_TYPE, **_write_blob(layout, image)},
        "layers": [{"mediaType": LAYER_TYPE, "digest": layer.digest, "size": layer.size} for layer in layers],
    }
    _write_entry(layout, {"mediaType": MANIFEST_TYPE, **_write_blob(layout, manifest)})


def _write_entry(layout: Path, described: dict[str, Any]) -> None:
    index = {"schemaVersion": 2, "manifests": [described]}
    (layout / "index.json").write_text(json.dumps(index))


def _write_blob(layout: Path, document: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(document, sort_keys=True).encode()
    digest = hashlib.sha256(text).hexdigest()
    (layout / "blobs" / "sha256" / digest).write_bytes(text)
    return {"digest": f"sha256:{digest}", "size": len(text)}


def digest_of(layout: Path) -> str:
    """Return the digest of the image in an OCI layout."""
    index = json.loads((layout / "index.json").read_text())
    return str(index["manifests"][0]["digest"])
