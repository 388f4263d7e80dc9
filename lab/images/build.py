"""Make an image as an OCI layout on disk, and push it. The same content gives the same digests on every machine."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lab import paths
from lab.images.busybox import BUSYBOX_FOLDERS, busybox_links
from lab.images.layer import LAYER_TYPE, Layer, write_layer

CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
# a fixed date: an image's digest depends on its content alone
CREATED = "2026-01-01T00:00:00Z"


def build_image(
    reference: str,
    files: Mapping[str, Path],
    entrypoint: Sequence[str],
    base: Path | None = None,
    *,
    busybox: bool = False,
    command: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
    user: str = "",
    working_folder: str = "/",
    labels: Mapping[str, str] | None = None,
) -> Path:
    """Build an image and return its OCI layout (a folder), ready for `push_image`.

    Args:
        reference: the name it will have; only names the folder.
        files: path in the image -> file or folder of this machine.
        entrypoint: what the container runs.
        base: a folder whose content becomes a first layer of its own, shared by all images that have the same.
        busybox: put a first layer with a shell and the usual commands under everything.
        command: default arguments.
        environment: variables set in the container.
        links: path in the image -> target of a symbolic link.
        user: uid or uid:gid, empty for root.
        working_folder: where the container starts.
        labels: labels in the image's configuration.
    """
    layout = _layout_folder(reference)
    blobs = layout / "blobs" / "sha256"
    layers = []
    if busybox:
        layers.append(_busybox_layer(blobs))
    if base is not None:
        layers.append(write_layer(blobs, {"": base}, {}, {}))
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
    _write_manifest(layout, layers, config)
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


def _write_manifest(layout: Path, layers: list[Layer], config: dict[str, Any]) -> None:
    image = {
        "created": CREATED,
        "architecture": "amd64",
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
    described = {"mediaType": MANIFEST_TYPE, **_write_blob(layout, manifest)}
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
