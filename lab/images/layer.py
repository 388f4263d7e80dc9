"""One image layer: a gzipped tar with the same bytes for the same content, wherever and whenever it is made."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip"


@dataclass(frozen=True)
class Layer:
    """A layer's two digests (of the compressed and of the plain tar) and its compressed size in bytes."""

    digest: str
    diff_id: str
    size: int


class _Hashed(io.RawIOBase):
    """A write-only stream that hashes what goes through it."""

    def __init__(self, inner: io.RawIOBase | io.BufferedIOBase | gzip.GzipFile) -> None:
        self.inner = inner
        self.sha256 = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.sha256.update(data)
        self.size += len(data)
        self.inner.write(data)
        return len(data)


def write_layer(
    blobs: Path,
    files: Mapping[str, Path],
    links: Mapping[str, str],
    folders: Mapping[str, int],
    compression: int = 1,
) -> Layer:
    """Write a layer into an OCI layout's `blobs` folder.

    Args:
        blobs: the layout's blobs/sha256.
        files: path in the image -> file or folder of this machine; its permission bits are kept, its owner is root.
        links: path in the image -> target of the symbolic link.
        folders: path in the image -> permission bits.
        compression: gzip level; binaries hardly shrink more above 1.
    """
    draft = blobs / f".layer.{os.getpid()}.{id(files)}"
    with draft.open("wb") as raw:
        packed = _Hashed(raw)
        with gzip.GzipFile(
            fileobj=packed, mode="wb", compresslevel=compression, mtime=0, filename=""
        ) as zipped:
            plain = _Hashed(zipped)
            with tarfile.open(fileobj=plain, mode="w|", format=tarfile.PAX_FORMAT) as tar:
                _add_all(tar, files, links, folders)
    layer = Layer(f"sha256:{packed.sha256.hexdigest()}", f"sha256:{plain.sha256.hexdigest()}", packed.size)
    draft.rename(blobs / packed.sha256.hexdigest())
    return layer


def _add_all(
    tar: tarfile.TarFile, files: Mapping[str, Path], links: Mapping[str, str], folders: Mapping[str, int]
) -> None:
    entries: dict[str, Path | str | int] = {_clean(name): mode for name, mode in folders.items()}
    entries |= {_clean(name): target for name, target in links.items()}
    for name, path in files.items():
        entries |= _walk(_clean(name), Path(path))
    for name in list(entries):
        for parent in PurePosixPath(name).parents:
            if str(parent) != ".":
                entries.setdefault(str(parent), 0o755)
    for name in sorted(entries):
        _add(tar, name, entries[name])


def _walk(name: str, path: Path) -> dict[str, Path | str | int]:
    if path.is_symlink():
        return {name: os.readlink(path)}
    if not path.is_dir():
        return {name: path}
    found: dict[str, Path | str | int] = {name: path.stat().st_mode & 0o7777} if name else {}
    for inner in path.iterdir():
        found |= _walk(f"{name}/{inner.name}".lstrip("/"), inner)
    return found


def _add(tar: tarfile.TarFile, name: str, entry: Path | str | int) -> None:
    member = tarfile.TarInfo(name)
    if isinstance(entry, int):
        member.type, member.mode = tarfile.DIRTYPE, entry
        tar.addfile(member)
    elif isinstance(entry, str):
        member.type, member.linkname, member.mode = tarfile.SYMTYPE, entry, 0o777
        tar.addfile(member)
    else:
        state = entry.stat()
        member.size, member.mode = state.st_size, state.st_mode & 0o7777
        with entry.open("rb") as content:
            tar.addfile(member, content)


def _clean(name: str) -> str:
    return name.strip("/")
